using Drydock.Cli.CommandLine;

namespace Drydock.Tests.Unit.Docs;

/// <summary>docs/how-to/without-the-plugin.md says what to do instead of every verb.</summary>
public sealed class WithoutPluginPageTests
{
    // Annotations by which a run is controlled; the verb that writes each.
    private static readonly string[] Written =
        [
            Annotations.Approve, Annotations.Hold, Annotations.Pause, Annotations.Retry, Annotations.Approve,
            Annotations.Abort, Annotations.Rollback
        ];

    private static readonly string Page = File.ReadAllText(
        Repository.PathOf("docs", "how-to", "without-the-plugin.md"));

    [Fact]
    public void Page_names_every_verb_of_the_plugin() =>
        VerbGroups.All.SelectMany(group => group.Verbs).Select(verb => verb.Verb)
            .Where(verb => !Page.Contains($"`{verb}`", StringComparison.Ordinal))
            .ShouldBeEmpty();

    [Fact]
    public void Page_writes_every_annotation_of_control()
    {
        var commands = string.Join('\n', Fence.In(Page).Where(block => block.IsCommand).Select(block => block.Text));

        Written.Where(annotation => !Regex.IsMatch(
            commands, $@"annotate omsu NAME --overwrite ""?{Regex.Escape(annotation)}=")).ShouldBeEmpty();
    }
}
