Feature: Not listed: confirm you are viewing all users
  Second item of the second list. A view, a search or a page can hide a user; the page says how
  many it hides.

  Background:
    Given automatic user creation is in effect

  @S-74
  Scenario: A filtered view hides the new user and says so
    When Dana signs in with KaseyaOne
    And Mona views only the deactivated users
    Then the page that Mona has open does not list Dana
    And the page that Mona has open says that 2 users are hidden

  @S-74
  Scenario: A search hides the new user and says so
    When Dana signs in with KaseyaOne
    And Mona searches the Users page for "mona"
    Then the page that Mona has open does not list Dana
    And the page that Mona has open says that 1 user is hidden

  @S-74
  Scenario: Viewing all users shows the new user
    When Dana signs in with KaseyaOne
    And Mona views only the deactivated users
    And Mona views all users
    Then the page that Mona has open lists Dana

  @S-74
  Scenario: The new user is found beyond the first page
    Given Mona added 120 users by hand
    When Dana signs in with KaseyaOne
    Then the Users page lists Dana once
