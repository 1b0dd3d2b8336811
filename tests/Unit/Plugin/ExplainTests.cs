using System.Reflection;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Explanations;
using Drydock.Crds.Common;
using Shouldly;
using Xunit;

namespace Drydock.Tests.Unit.Plugin;

public sealed class ExplainTests
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
        section.ShouldNotContain("<a id");
        string.Join('\n', MarkdownText.Lines(section)).ShouldNotContain("](");
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
        output.ToString().ShouldContain("status.holds");
        (await Invoke(surroundings, "explain", "Hel")).ShouldBe(ExitCodes.Failed);
        output.ToString().ShouldContain("There is no reason Hel. Did you mean Held");
        (await Invoke(surroundings, "explain")).ShouldBe(ExitCodes.Done);
        output.ToString().ShouldContain("TargetBusy");
    }

    private static Task<int> Invoke(Surroundings surroundings, params string[] arguments) =>
        DrydockCommand.Create(surroundings).Parse(arguments).InvokeAsync(
            cancellationToken: TestContext.Current.CancellationToken);
}
