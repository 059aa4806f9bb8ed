Feature: No account is created although all five items pass
  All of the list is in order and there is still no account: the record names the other
  cause instead of leaving the administrator to guess.

  Background:
    Given automatic user creation is in effect

  @S-70
  Scenario Outline: All five pass and the record names <other cause>
    Given <situation>
    When <person> tries to sign in with KaseyaOne
    Then <person> is not signed in
    And no account has been created
    And nobody's account has changed
    And the record of the sign-in says:
      | authenticated using KaseyaOne | pass          |
      | KaseyaOne login is on         | pass          |
      | automatic user creation is on | pass          |
      | exists in KaseyaOne           | pass          |
      | completed authentication      | pass          |
      | first failing                 | none          |
      | other cause                   | <other cause> |
      | outcome                       | refused       |

    Examples:
      | other cause            | person | situation                                                     |
      | email conflict         | Nils   | Olga has signed in before and was then deleted from KaseyaOne |
      | account removed        | Rui    | Rui has signed in before and Mona removed Rui                 |
      | module not assigned    | Mia    | Mia exists in KaseyaOne and has no account                    |
      | email missing          | Noel   | Noel exists in KaseyaOne and has no account                   |
      | email unverified       | Una    | Una exists in KaseyaOne and has no account                    |
      | admin link unconfirmed | Lee    | Lee is an MSP Admin with a local password                     |
      | storage failure        | Dana   | the database fails when the account is written                |

    @fault:id-jit-other-org
    Examples: another company
      | other cause   | person | situation                                 |
      | other company | Carl   | Carl belongs to another KaseyaOne company |

    @fault:id-jit-inactive-user
    Examples: a deactivated account
      | other cause         | person | situation                                         |
      | account deactivated | Rui    | Rui has signed in before and Mona deactivated Rui |

    @fault:id-jit-inactive-org
    Examples: an ended contract
      | other cause     | person | situation                          |
      | tenant inactive | Dana   | the contract of this MSP has ended |

  @S-70 @fault:id-link-proof @fault:id-email-match
  Scenario: An MSP Admin confirms the link once after a local sign-in
    Given Lee is an MSP Admin with a local password
    When Lee tries to sign in with KaseyaOne
    Then Lee is not signed in
    When Lee signs in locally
    Then Lee is asked whether the KaseyaOne user of Lee is to be linked
    When Lee answers "Link this KaseyaOne user"
    Then the audit says that the KaseyaOne user of Lee was linked by Lee
    When Lee signs out
    And Lee signs in with KaseyaOne
    Then Lee is signed in
    And Lee has exactly one account
    And the account of Lee says:
      | signs in with | KaseyaOne, local password |

  @S-70 @fault:id-link-proof
  Scenario: An MSP Admin declines the link
    Given Lee is an MSP Admin with a local password
    When Lee tries to sign in with KaseyaOne
    And Lee signs in locally
    And Lee answers "Do not link"
    Then the audit says that the KaseyaOne user of Lee was declined by Lee
    And nobody's account has changed
    When Lee signs out
    And Lee tries to sign in with KaseyaOne
    Then Lee is not signed in
    And the record of the sign-in says:
      | other cause | admin link unconfirmed |

  @S-70 @fault:id-link-proof
  Scenario: A local sign-in by itself links nothing
    Given Lee is an MSP Admin with a local password
    When Lee tries to sign in with KaseyaOne
    And Lee signs in locally
    Then Lee is asked whether the KaseyaOne user of Lee is to be linked
    When Lee signs out
    And Lee signs in locally
    Then Lee is not asked to link a KaseyaOne user
    When Lee signs out
    And Lee tries to sign in with KaseyaOne
    Then Lee is not signed in
    And nobody's account has changed
    And the record of the sign-in says:
      | other cause | admin link unconfirmed |

  @S-70 @fault:id-link-proof
  Scenario: Another browser cannot confirm the link
    Given Lee is an MSP Admin with a local password
    When Lee tries to sign in with KaseyaOne
    And Lee uses a new browser
    And Lee signs in locally
    Then Lee is not asked to link a KaseyaOne user
    When Lee uses a new browser
    And Lee tries to sign in with KaseyaOne
    Then Lee is not signed in
    And nobody's account has changed
    And the record of the sign-in says:
      | other cause | admin link unconfirmed |
