Feature: A new account has no access
  Automatic user creation affects account provisioning only. It assigns no roles, no group
  membership, no privileges and no organization access, whoever the person is in KaseyaOne.

  Background:
    Given automatic user creation is in effect
    And the organization "Aurora Dental" exists
    And the access group "Night shift" exists

  @S-13
  Scenario: A new account has no roles or permissions
    When Dana signs in with KaseyaOne
    Then the account of Dana says:
      | capabilities | none |
      | MSP Admin    | no   |

  @S-14
  Scenario Outline: A KaseyaOne <role> arrives with no roles
    Given the role of Dana in KaseyaOne is "<role>"
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has no access at all

    Examples:
      | role        |
      | Master      |
      | Root Master |
      | Admin       |
      | Billing     |
      | User        |

  @S-15
  Scenario: A new account belongs to no access group
    When Dana signs in with KaseyaOne
    Then the account of Dana says:
      | access groups | none |

  @S-16
  Scenario: A new account sees no organizations
    When Dana signs in with KaseyaOne
    Then Dana sees no organizations

  @S-16
  Scenario: Guessing an organization's address is refused
    When Dana signs in with KaseyaOne
    And Dana opens the address of the organization "Aurora Dental"
    Then Dana is told that there is no such page

  @S-17
  Scenario Outline: Automatic creation never makes an MSP Admin: <who>
    Given <situation>
    When <person> signs in with KaseyaOne
    Then <person> is signed in
    And the account of <person> says:
      | MSP Admin | no |

    Examples:
      | who                              | situation                                    | person |
      | the first user of all            | nobody but Mona has an account               | Dana   |
      | a KaseyaOne Master               | Max exists in KaseyaOne and has no account   | Max    |
      | a KaseyaOne Root Master          | Rita exists in KaseyaOne and has no account  | Rita   |
      | a KaseyaOne Admin                | Alan exists in KaseyaOne and has no account  | Alan   |

  @S-17
  Scenario: Automatic creation never makes an MSP Admin: an address an administrator once held
    Given Lee is an MSP Admin with a local password
    And Mona removed Lee and allowed that person again
    And the address of Dana in KaseyaOne is "lee@northwind.example"
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And the account of Dana says:
      | address   | lee@northwind.example |
      | MSP Admin | no                    |

  @S-49
  Scenario: Automatic creation assigns nothing
    When Dana signs in with KaseyaOne
    Then the account of Dana says:
      | MSP Admin     | no   |
      | access groups | none |
      | capabilities  | none |
      | organizations | none |
