Feature: The account carries the identity KaseyaOne asserted
  Who a person is comes only from what KaseyaOne verified: not from what was typed, not from
  what a link carried. The e-mail address describes an account; it is not its key.

  Background:
    Given automatic user creation is in effect

  @S-09
  Scenario: The account carries the identity KaseyaOne asserted
    When Zoe signs in with KaseyaOne
    Then the account of Zoe says:
      | name    | Zoë Müller-Łukasz     |
      | address | zoe@northwind.example |

  @S-09
  Scenario: A tampered e-mail hint does not change who is created
    Given Dana typed the user name of Rui on the sign-in page
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And Rui has no account

  @S-10
  Scenario: Letter case in the address does not make a second account
    Given Mona added a user with the address "DANA@Northwind.Example"
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
    And 2 accounts exist

  @S-10
  Scenario: No e-mail in the assertion, no account
    When Noel tries to sign in with KaseyaOne
    Then Noel is not signed in
    And Noel has no account
    And the record of the sign-in says:
      | completed authentication | pass          |
      | outcome                  | refused       |
      | other cause              | email missing |

  @S-10
  Scenario: An unverified e-mail makes no account
    When Una tries to sign in with KaseyaOne
    Then Una is not signed in
    And Una has no account
    And the record of the sign-in says:
      | completed authentication | pass             |
      | outcome                  | refused          |
      | other cause              | email unverified |

  @S-11
  Scenario: A changed e-mail keeps the same account
    Given the address of Erin in KaseyaOne is "erin@northwind.example"
    And Erin has signed in before
    When the address of Erin in KaseyaOne becomes "erin.new@northwind.example"
    And Erin signs in with KaseyaOne
    Then Erin is signed in
    And Erin has exactly one account
    And Erin has the same account as before
    And the account of Erin says:
      | address | erin.new@northwind.example |

  @S-11 @fault:id-email-reassigned
  Scenario: A reused e-mail does not inherit an account
    Given Olga has signed in before and was then deleted from KaseyaOne
    When Nils tries to sign in with KaseyaOne
    Then Nils is not signed in
    And 2 accounts exist
    And nobody's account has changed
    And the record of the sign-in says:
      | completed authentication | pass           |
      | outcome                  | refused        |
      | other cause              | email conflict |

  @fault:id-email-two-companies @S-11 @S-33
  Scenario: One e-mail address in two KaseyaOne companies is two people
    When Sam of Contoso tries to sign in with KaseyaOne
    Then Sam of Contoso is not signed in
    And 1 account exists
    When Sam signs in with KaseyaOne
    Then Sam is signed in
    And Sam has exactly one account
    And 2 accounts exist

  @fault:id-user-recreated @S-11
  Scenario: A person deleted and invited again in KaseyaOne does not inherit the former account
    Given Rui has signed in before
    And Rui was deleted from KaseyaOne
    And Rui was invited to KaseyaOne anew, with the same address
    When Rui tries to sign in with KaseyaOne
    Then Rui is not signed in
    And nobody's account has changed
    And the record of the sign-in says:
      | other cause | email conflict |
