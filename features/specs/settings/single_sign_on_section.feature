Feature: The Single Sign-On section of Settings > Users
  It shows the state of the three toggles, explains what automatic user creation does,
  and offers what fits the present state.

  @S-05
  Scenario Outline: The section answers "<question>"
    Given automatic user creation is in effect
    When Mona opens the Users page
    Then the page answers "<question>" with "<words>"

    Examples:
      | question                                                          | words                                                                                                                                                                                                                                                                      |
      | What does automatic user creation do in Kaseya MDR?               | It provisions MSP user accounts automatically when users sign in using KaseyaOne (Unified Login), so that nobody has to create them by hand. It controls how MSP user accounts are provisioned, not what access those users receive.                                       |
      | When are user accounts created automatically?                     | The first time a user successfully signs in through KaseyaOne, and only once. The new user appears here under Settings > Users.                                                                                                                                            |
      | Does automatic user creation assign roles or access?              | No. It does not assign roles or permissions, does not assign Group Access or organization visibility, does not grant MSP Admin status, and does not affect how the Security Operations Center (SOC) evaluates alerts, investigates activity, or performs response actions. |
      | What must administrators do after an MSP user account is created? | Review it, and explicitly assign roles, Group Access, and organization visibility under Settings > User Privileges.                                                                                                                                                        |

  @S-30
  Scenario: The Unified Login article is one click away
    When Mona opens the Users page
    And Mona follows "Unified Login with KaseyaOne" in the Single Sign-On section
    Then Mona reads the article "Unified Login with KaseyaOne"

  @S-86
  Scenario Outline: Named articles resolve: <article>
    When Mona opens the Users page
    And Mona follows "<article>" in the Single Sign-On section
    Then Mona reads the article "<article>"

    Examples:
      | article                              |
      | Unified Login with KaseyaOne         |
      | User roles and permission boundaries |

  @S-31
  Scenario Outline: The section shows the state of each toggle: <allow>, <require>, <create>
    Given KaseyaOne login was set up
    And "Enable Automatic User Creation" is <create>
    And "Require Login with KaseyaOne" is <require>
    And "Allow Users to Log in with KaseyaOne" is <allow>
    When Mona opens the Users page
    Then the page shows "Allow Users to Log in with KaseyaOne" as <allow>
    And the page shows "Require Login with KaseyaOne" as <require>
    And the page shows "Enable Automatic User Creation" as <create>

    Examples:
      | allow | require | create |
      | on    | off     | off    |
      | on    | off     | on     |
      | on    | on      | off    |
      | on    | on      | on     |
      | off   | off     | off    |
      | off   | off     | on     |

  @S-34
  Scenario: Requiring KaseyaOne reveals the local-login exceptions
    Given automatic user creation is in effect
    And Mona may always sign in locally
    When Mona turns on "Require Login with KaseyaOne"
    And Mona opens the Users page
    Then the page offers to keep local login for named users

  @S-34
  Scenario: Without the requirement there are no exceptions to choose
    Given automatic user creation is in effect
    When Mona opens the Users page
    Then the page offers no exceptions
