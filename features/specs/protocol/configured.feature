@fault
Feature: What a service may be configured to do
  A service may trust another client of the same provider, and may read user information at every
  sign-in. What holds otherwise holds then too.

  @S-01
  Scenario: Two audiences that are both trusted are accepted: ok-aud-azp
    Given the client "other-product" is trusted too
    And automatic user creation is in effect
    And the variation "ok-aud-azp" applies to the sign-in of Dana
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And the fault has struck

  @S-41
  Scenario Outline: Two trusted audiences with <fault> are refused
    Given the client "other-product" is trusted too
    And automatic user creation is in effect
    And the fault "<fault>" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail |
      | failed check             | azp  |
    And the fault has struck

    Examples:
      | fault                 |
      | idt-azp-missing-multi |
      | idt-azp-wrong         |

  @S-41
  Scenario Outline: User information with <fault> is refused, the record says <cause>
    Given user information is read at every sign-in
    And automatic user creation is in effect
    And the fault "<fault>" strikes the sign-in of Dana
    When Dana tries to sign in with KaseyaOne
    Then Dana is not signed in
    And Dana has no account
    And the record of the sign-in says:
      | completed authentication | fail    |
      | cause                    | <cause> |
    And the fault has struck
    When Dana uses a new browser
    And Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account

    Examples:
      | fault           | cause          |
      | ui-sub-mismatch | token invalid  |
      | ui-sub-missing  | token invalid  |
      | ui-401          | provider error |
      | ui-403          | provider error |
      | ui-500          | provider error |

    Examples: signed, but wrongly
      | fault         | cause         |
      | ui-jwt-badsig | token invalid |
      | ui-jwt-none   | token invalid |
      | ui-jwt-aud    | token invalid |

    Examples: no answer
      | fault                  | cause          |
      | ui-html                | provider error |
      | ui-redirect            | provider error |
      | ui-hang                | provider error |
      | net-hang-userinfo      | provider error |
      | net-refused-userinfo   | provider error |
      | net-reset-userinfo     | provider error |
      | net-truncated-userinfo | provider error |

  @S-01
  Scenario: Signed user information is accepted: ok-userinfo-jwt
    Given user information is read at every sign-in
    And automatic user creation is in effect
    And the variation "ok-userinfo-jwt" applies to the sign-in of Dana
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And the fault has struck

  @S-01 @fault:ok-userinfo-header @fault:ok-userinfo-scope
  Scenario: User information is read in the honest way
    Given user information is read at every sign-in
    And automatic user creation is in effect
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And KaseyaOne was asked for user information

  @S-01
  Scenario Outline: User information with <fault> is accepted
    Given user information is read at every sign-in
    And automatic user creation is in effect
    And the variation "<fault>" applies to the sign-in of Dana
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And the fault has struck

    Examples:
      | fault            |
      | ui-conflict      |
      | ui-types         |
      | ui-claim-sources |
