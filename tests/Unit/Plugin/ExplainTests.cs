using System.Reflection;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Explanations;

namespace Drydock.Tests.Unit.Plugin;

public sealed partial class ExplainTests
{
    public static TheoryData<string> All =>
    [
        .. typeof(Reasons).GetFields(BindingFlags.Public | BindingFlags.Static)
            .Where(f => f.IsLiteral)
            .Select(f => (string)f.GetRawConstantValue()!),
    ];

    [Theory]
    [MemberData(nameof(All))]
    public void Reason_is_explained_without_marks_of_Markdown(string reason)
    {
        var section = ReasonBook.Instance.Find(reason);

        section.ShouldNotBeNullOrWhiteSpace();
        string.Join('\n', MarkdownText.Lines(section)).ShouldNotContain("](");
    }

    [Fact]
    public void Pages_that_an_explanation_names_keep_their_address()
    {
        var explained = string.Join('\n', MarkdownText.Lines(ReasonBook.Instance.Find("HostUnreachable")!));

        explained.ShouldContain("(docs/how-to/host-access.md)");
        File.Exists(Repository.PathOf("docs", "how-to", "host-access.md")).ShouldBeTrue();
    }

    [Fact]
    public void Commands_of_explanations_exist()
    {
        using var output = new StringWriter();
        var verbs = DrydockCommand.Create(CliRuns.Plain(output)).Subcommands.Select(c => c.Name).ToList();
        var named = ReasonBook.Instance.Reasons
            .SelectMany(r => Verb().Matches(ReasonBook.Instance.Find(r)!).Select(m => m.Groups["verb"].Value))
            .ToHashSet(StringComparer.Ordinal);

        named.Count.ShouldBeGreaterThan(5);
        named.ShouldBeSubsetOf(verbs);
    }

    [Fact]
    public void Case_does_not_matter_and_a_slip_is_corrected()
    {
        ReasonBook.Instance.Find("hostunreachable").ShouldBe(ReasonBook.Instance.Find("HostUnreachable"));
        ReasonBook.Instance.Alike("HostUnreachble").ShouldContain("HostUnreachable");
        ReasonBook.Instance.Alike("Xyzzyqwertzui").ShouldBeEmpty();
    }

    [Fact]
    public async Task Explain_needs_no_cluster()
    {
        using var output = new StringWriter();
        var surroundings = CliRuns.Plain(output);

        (await Invoke(surroundings, "explain", "held")).ShouldBe(ExitCodes.Done);
        output.ToString().ShouldContain("kubectl drydock approve NAME");
        (await Invoke(surroundings, "explain", "Hel")).ShouldBe(ExitCodes.Failed);
        output.ToString().ShouldContain("There is no reason Hel. Did you mean Held");
        (await Invoke(surroundings, "explain")).ShouldBe(ExitCodes.Done);
        output.ToString().ShouldContain("TargetBusy");
    }

    private static Task<int> Invoke(Surroundings surroundings, params string[] arguments) =>
        DrydockCommand.Create(surroundings).Parse(arguments).InvokeAsync(
            cancellationToken: TestContext.Current.CancellationToken);

    [GeneratedRegex("kubectl drydock (?<verb>[a-z]+)")]
    private static partial Regex Verb();
}
