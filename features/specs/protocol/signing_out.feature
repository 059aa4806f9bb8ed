@fault
Feature: Signing out of KaseyaOne
  Signing out here ends the session here, whatever KaseyaOne answers. Signing out at KaseyaOne ends the session here
  too, as soon as KaseyaOne says so in a way that only KaseyaOne can.

  Background:
    Given automatic user creation is in effect

  @S-80 @fault:out-rp-ok
  Scenario: Signing out of KaseyaOne too comes back signed out of both
    Given Rui is signed in with KaseyaOne
    When Rui signs out of KaseyaOne too
    Then Rui is not signed in
    When Rui starts to sign in with KaseyaOne
    Then Rui is asked to sign in by KaseyaOne

  @S-80
  Scenario Outline: Signing out survives a return from KaseyaOne with <fault>
    Given Rui is signed in with KaseyaOne
    And the variation "<fault>" applies to whoever asks
    When Rui signs out of KaseyaOne too
    Then Rui is not signed in
    And the fault has struck
    When Rui signs in with KaseyaOne
    Then Rui is signed in
    And Rui has exactly one account

    Examples:
      | fault              |
      | out-rp-no-state    |
      | out-rp-other-state |

    Examples:
      | fault           |
      | out-op-dead     |

  @S-80
  Scenario: Signing out here alone leaves KaseyaOne's session, and that is said
    Given Rui is signed in with KaseyaOne
    When Rui signs out
    Then Rui is not signed in
    And Rui is told of the KaseyaOne session that is left

  @S-80 @fault:out-bcl-ok
  Scenario: Signing out at KaseyaOne ends the session here
    Given Rui is signed in with KaseyaOne
    And Dana is signed in with KaseyaOne
    And the variation "out-bcl-ok" applies to the sign-out of Rui
    When Rui signs out at KaseyaOne
    Then the product took word of the sign-out
    And Rui is not signed in
    And Dana is signed in
    And the fault has struck
    And the audit trail says that KaseyaOne signed Rui out

  @S-80
  Scenario Outline: A logout token that KaseyaOne did not mean for us ends nothing: <fault>
    Given Rui is signed in with KaseyaOne
    And the fault "<fault>" strikes the sign-out of Rui
    When Rui signs out at KaseyaOne
    Then the product refused word of the sign-out
    And Rui is signed in
    And the fault has struck

    Examples:
      | fault               |
      | out-bcl-alg-none    |
      | out-bcl-wrong-alg   |
      | out-bcl-wrong-iss   |
      | out-bcl-wrong-aud   |
      | out-bcl-no-event    |
      | out-bcl-wrong-event |
      | out-bcl-with-nonce  |
      | out-bcl-expired     |
      | out-bcl-no-sub-sid  |
      | out-bcl-id-token    |
      | out-bcl-typ         |

  @S-80 @fault:out-bcl-replay-jti
  Scenario: A logout token counts once
    Given Rui is signed in with KaseyaOne
    And Rui has signed out at KaseyaOne
    And Rui is signed in with KaseyaOne
    And the fault "out-bcl-replay-jti" strikes the sign-out of Rui
    When Rui signs out at KaseyaOne
    Then the product took word of the first sign-out and refused it when it came again
    And Rui is signed in
    And the fault has struck

  @S-80 @fault:out-bcl-unknown-sid
  Scenario: A logout token for a session that nobody has ends nothing and is no error
    Given Rui is signed in with KaseyaOne
    And the variation "out-bcl-unknown-sid" applies to the sign-out of Rui
    When Rui signs out at KaseyaOne
    Then the product took word of the sign-out
    And Rui is signed in
    And the fault has struck

  @S-80 @fault:out-bcl-sub-only
  Scenario: A logout token that names only the person ends the session too
    Given Rui is signed in with KaseyaOne
    And the variation "out-bcl-sub-only" applies to the sign-out of Rui
    When Rui signs out at KaseyaOne
    Then the product took word of the sign-out
    And Rui is not signed in
    And the fault has struck

  @S-80 @fault:out-fc-rp
  Scenario: Signing out of KaseyaOne too survives word of it through the browser
    Given KaseyaOne tells the product of a sign-out through the browser
    And Rui is signed in with KaseyaOne
    When Rui signs out of KaseyaOne too
    Then the browser of Rui carried word of the sign-out to the product
    And Rui is not signed in

  @S-80 @fault:out-fc-op
  Scenario: Signing out at KaseyaOne ends the session here by word through the browser
    Given KaseyaOne tells the product of a sign-out through the browser
    And Rui is signed in with KaseyaOne
    When Rui signs out at KaseyaOne
    Then the browser of Rui carried word of the sign-out to the product
    And Rui is not signed in
    And the audit trail says that KaseyaOne signed Rui out

  @S-80
  Scenario Outline: Word through the browser of another session or issuer ends nothing: <fault>
    Given KaseyaOne tells the product of a sign-out through the browser
    And Rui is signed in with KaseyaOne
    And the fault "<fault>" strikes the sign-out of Rui
    When Rui signs out at KaseyaOne
    Then the browser of Rui carried word of the sign-out to the product
    And Rui is signed in
    And the fault has struck

    Examples:
      | fault            |
      | out-fc-wrong-sid |
      | out-fc-wrong-iss |

  @S-80
  Scenario: A storm of logout tokens about nobody keeps one about somebody from nothing: out-bcl-storm
    Given Rui is signed in with KaseyaOne
    And Dana is signed in with KaseyaOne
    And the variation "out-bcl-storm" applies to the sign-out of Rui
    When Rui signs out at KaseyaOne
    Then Rui is not signed in
    And Dana is signed in
    And the fault has struck
