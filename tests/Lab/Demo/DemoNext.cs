using Spectre.Console;

namespace Drydock.Lab.Demo;

/// <summary>
/// What a visitor can try next, as lines to paste. A comment ends most lines. Tests run the blocks.
/// </summary>
internal static class DemoNext
{
    private const string Object = $"{DemoStage.Upgrade} -n {DemoStage.Namespace}";

    /// <summary>After a finished upgrade.</summary>
    public static IReadOnlyList<string> AfterUpgrade(DemoStage stage) =>
    [
        .. Environment(stage),
        $"kubectl drydock status {Object}  # where it stands, and what is left to do",
        $"kubectl drydock history {Object}  # what happened when",
        "kubectl drydock dashboard  # the same as a page; Ctrl+C ends it",
        "make demo-play  # begin again, and stop at the plan",
        "make demo-down  # remove every trace",
    ];

    /// <summary>At the plan of <c>--play</c>.</summary>
    public static IReadOnlyList<string> AtPlan(DemoStage stage) =>
    [
        .. Environment(stage),
        $"kubectl drydock plan {Object}  # what will be done",
        "make demo-break  # if you want to see it fail",
        $"kubectl drydock approve {Object}  # start it",
        $"kubectl drydock status {Object} -w  # follow it to its end",
    ];

    /// <summary>After <c>demo-break</c>.</summary>
    public static IReadOnlyList<string> AfterBreak(DemoStage stage) =>
    [
        .. Environment(stage),
        $"kubectl drydock status {Object}  # what is broken, and what to do",
        $"kubectl drydock logs {DemoStage.Upgrade} InitMetadata/{stage.FirstNode} -n {DemoStage.Namespace}  # what the "
        + "failed command wrote",
        "make demo-mend  # repair it, and then:",
        $"kubectl drydock retry {Object}  # repeats the step on the same databases; or:",
        $"kubectl drydock rollback {Object}  # back to the former version",
    ];

    /// <summary>Prints a block below a heading.</summary>
    public static void Print(string heading, IReadOnlyList<string> lines)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.Write(new Rule(heading).LeftJustified());
        // Not by AnsiConsole, which would break long lines.
        foreach (var line in lines)
        {
            Console.Out.WriteLine(line);
        }
    }

    private static IEnumerable<string> Environment(DemoStage stage) =>
    [
        $"export KUBECONFIG={stage.Kubeconfig}",
        $"export PATH={stage.Tools}:$PATH",
    ];
}
