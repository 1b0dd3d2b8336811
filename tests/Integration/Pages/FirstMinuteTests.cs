namespace Drydock.Tests.Integration.Pages;

/// <summary>The status in docs/how-to/if-it-stops.md is what the plugin printed of a run whose JAR failed: the recorded
/// text of tests/Unit/Plugin.</summary>
public sealed class FirstMinuteTests
{
    private const string Name = "oms-322-to-422";

    [Fact]
    public void Page_shows_what_the_plugin_prints_of_a_run_that_stopped()
    {
        var shown = PageBlock.Read(Repository.PathOf("docs", "how-to", "if-it-stops.md"))
            .Select(block => block.Text)
            .Single(text => text.StartsWith("$ kubectl drydock status", StringComparison.Ordinal));
        var printed = File.ReadAllText(Repository.PathOf("tests", "Unit", "Plugin", "Expected", "status-failed.txt"))
            .Replace("migration/up ", $"migration/{Name} ", StringComparison.Ordinal)
            .Replace(" up -n", $" {Name} -n", StringComparison.Ordinal)
            .Replace("snapshot up-", $"snapshot {Name}-", StringComparison.Ordinal);

        // The command itself is not printed; the file has a second status, of another run.
        ShownOutput.Missing(shown[(shown.IndexOf('\n', StringComparison.Ordinal) + 1)..] + "\n…", printed)
            .ShouldBeNull();
    }
}
