Feature: Not listed: refresh the Users page
  First item of the second list. A page opened earlier is old; a page opened now never is.

  Background:
    Given automatic user creation is in effect

  @S-73
  Scenario: Refreshing the Users page shows the new user
    Given Mona has the Users page open
    When Dana signs in with KaseyaOne
    Then the page that Mona has open does not list Dana
    When Mona refreshes the Users page
    Then the page that Mona has open lists Dana

  @S-73
  Scenario: The page never comes from a cache
    When Mona opens the Users page
    Then the browser may not keep that page

  @S-73
  Scenario: The new user is listed by every server at once
    Given a second server runs on the same database
    When Dana signs in with KaseyaOne on the second server
    Then the Users page lists Dana once
