Feature: Newly created users are reviewed, and access is assigned deliberately
  Whoever uses automatic user creation looks at the new users regularly, and assigns roles and
  organization visibility one act at a time.

  Background:
    Given automatic user creation is in effect

  @S-82
  Scenario: The administrator reviews newly created users
    Given Rui has signed in before
    When 40 days pass
    And Dana signs in with KaseyaOne
    And Mona views only the users created in the last 30 days
    Then the page that Mona has open lists Dana
    And the page that Mona has open does not list Rui
    And the Users page shows for Dana:
      | Created  | just now |
      | Reviewed | Not yet  |
    When Mona marks Dana as reviewed
    Then the Users page shows for Dana:
      | Reviewed | just now by mona@northwind.example |
    And the Users page shows for Rui:
      | Reviewed | Not yet |
    And the audit says that Mona reviewed Dana
    When Mona views only the new users
    Then the page that Mona has open does not list Dana
    And the page that Mona has open lists Rui

  @S-83
  Scenario: The assignment form starts empty
    Given the organization "Aurora Dental" exists
    And the organization "Blue Harbor" exists
    And the access group "Night shift" exists
    And Dana has signed in before
    When Mona opens the User Privileges of Dana
    Then nothing is selected there, and each of these is saved by itself:
      | Save capabilities            | Create organizations, Add API connections, Review alerts, See reports |
      | Save Group Access            | Night shift                                                           |
      | Save organization visibility | Aurora Dental, Blue Harbor                                            |
    When Mona selects "Aurora Dental" there and presses "Save organization visibility"
    Then the account of Dana says:
      | MSP Admin     | no            |
      | capabilities  | none          |
      | access groups | none          |
      | organizations | Aurora Dental |
