Feature: Enabling KaseyaOne login and automatic user creation
  Turning KaseyaOne login on asks the administrator to authenticate through KaseyaOne and binds
  the account to that administrator's KaseyaOne company. Only then can automatic user creation
  be turned on, and turning it on creates nobody.

  @S-26
  Scenario: Automatic user creation needs Unified Login
    When Mona tries to turn on "Enable Automatic User Creation"
    Then Mona is told why: "Allow Users to Log in with KaseyaOne"
    And "Enable Automatic User Creation" is off

  @S-32
  Scenario: Turning on KaseyaOne login asks for KaseyaOne authentication
    When Mona starts to turn on "Allow Users to Log in with KaseyaOne"
    Then Mona is asked to sign in by KaseyaOne
    And "Allow Users to Log in with KaseyaOne" is off
    When Mona completes the sign-in
    And Mona confirms the KaseyaOne company
    Then "Allow Users to Log in with KaseyaOne" is on

  @S-32
  Scenario Outline: Abandoning that authentication leaves it off: <how>
    Given the role of Mona in KaseyaOne is "<role>"
    When Mona starts to turn on "Allow Users to Log in with KaseyaOne"
    And Mona <does this>
    Then "Allow Users to Log in with KaseyaOne" is off

    Examples:
      | how                    | role   | does this                             |
      | cancelled              | Master | cancels at KaseyaOne                  |
      | failed                 | Master | gives KaseyaOne a wrong password      |
      | expired                | Master | completes the sign-in after 11 minutes |
      | not a KaseyaOne Master | User   | completes the sign-in                 |

  @S-33
  Scenario: The linked KaseyaOne company is shown and confirmed
    When Mona starts to turn on "Allow Users to Log in with KaseyaOne"
    And Mona completes the sign-in
    Then Mona is asked to confirm the company "Northwind MSP"
    And "Allow Users to Log in with KaseyaOne" is off
    When Mona confirms the KaseyaOne company
    Then "Allow Users to Log in with KaseyaOne" is on
    And the linked KaseyaOne company is "Northwind MSP"

  @S-33 @fault:id-jit-other-org
  Scenario: A person of another company gets no account here
    Given automatic user creation is in effect
    When Carl tries to sign in with KaseyaOne
    Then Carl is not signed in
    And Carl has no account
    And the record of the sign-in says:
      | completed authentication | pass          |
      | outcome                  | refused       |
      | other cause              | other company |

  @S-37
  Scenario: An MSP Admin turns on automatic user creation
    Given KaseyaOne login was set up
    When Mona turns on "Enable Automatic User Creation"
    Then "Enable Automatic User Creation" is on
    And automatic user creation is now in effect
    And the audit says that Mona changed "Enable Automatic User Creation" from off to on

  @S-39
  Scenario: Enabling creates no accounts by itself
    Given KaseyaOne login was set up
    When Mona turns on "Enable Automatic User Creation"
    Then 1 account exists

  @S-39
  Scenario: An earlier refused person is created at their next sign-in, not before
    Given KaseyaOne login was set up
    And Dana tried to sign in with KaseyaOne and was refused
    When Mona turns on "Enable Automatic User Creation"
    And 60 minutes pass
    Then Dana has no account
    When Dana signs in with KaseyaOne
    Then Dana is signed in
    And Dana has exactly one account
