using Drydock.Cli.Changes;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Output;
using Drydock.Cli.Views;
using Drydock.Tests.Unit.Oms;
using Spectre.Console;
using PlanText = Drydock.Cli.Output.PlanText;

namespace Drydock.Tests.Unit.Plugin.Casts;

/// <summary>
/// What the pages show of the plugin: each is what the plugin writes to a terminal with colours, for an upgrade that
/// the operator carries out in memory.
/// </summary>
internal static class CastScenes
{
    /// <summary>The name of the upgrade in all scenes.</summary>
    public const string Name = "oms-322-to-422";

    private const int Narrow = 108;
    private const int Wide = 136;
    private const int FrameSeconds = 4;

    private static readonly WorldSetup Setup = new() { RealJson = false, Name = Name };

    /// <summary>The scenes by the name of their file, with the commands that a user types.</summary>
    public static IReadOnlyDictionary<string, (
        IReadOnlyList<string> Commands, Func<IReadOnlyList<string>, Task<Cast>> Draw)> All
    { get; } =
        new Dictionary<string, (IReadOnlyList<string>, Func<IReadOnlyList<string>, Task<Cast>>)>(StringComparer.Ordinal)
        {
            ["cli-plan"] = ([$"plan {Name} -n {OmsWorld.Namespace}"], commands => Task.FromResult(Plan(commands[0]))),
            ["cli-status-watch"] =
                ([$"status {Name} -n {OmsWorld.Namespace} -w"], commands => Task.FromResult(Watch(commands[0]))),
            ["cli-failure"] = ([$"status {Name} -n {OmsWorld.Namespace}", "explain RestoreRequired"], FailureAsync),
        };

    private static Cast Plan(string command)
    {
        var world = CliRuns.Begin(s => s with { Approval = ApprovalPolicy.Manual }, Setup);
        world.RunUntil(() => world.Is("Held"), "the plan");
        return new Cast(
            $"kubectl drydock {command}",
            "A table of all steps of an upgrade of OMS on two nodes, by phases, with the node of each step. Points of "
            + "no return "
            + "and steps that run once are marked. Notes follow.",
            Wide,
            [new CastFrame(
                Shown(Wide, Prompt(command), console => PlanText.Print(console, View(world))), FrameSeconds)]);
    }

    private static Cast Watch(string command)
    {
        var world = CliRuns.Begin(s => s with { HoldBefore = ["StopOld"] }, Setup);
        var frames = new List<CastFrame>();
        void Add() => frames.Add(new CastFrame(
            Shown(Narrow, Prompt(command), console => console.Write(
                LiveStatus.Render(new StatusText(isWide: false), View(world)))), FrameSeconds));
        void Reach(string step, int seconds)
        {
            world.RunUntil(
                () => world.Status.Plan?.Steps.Exists(s => s.Id == step && s.State == StepState.Running) == true, step);
            world.RunFor(TimeSpan.FromSeconds(seconds));
            Add();
        }

        world.RunUntil(
            () =>
                world.Status.Plan?.Steps.Exists(s => s is { Phase: "PrepareImage", State: StepState.Running }) == true,
            "the first step");
        Add();
        world.RunUntil(() => world.Is("Held"), "held");
        world.RunFor(TimeSpan.FromSeconds(12));
        Add();
        world.Write(Approval.Of(world.Run(), null, all: false).Annotations);
        Reach("Backup/snapshot", 2);
        Reach("CorrectMetadata/oms-a/jar", 12);
        Reach("CorrectMetadata/oms-b/jar", 18);
        Reach("InitMetadata/oms-a", 45);
        var still = frames.Count - 1;
        world.RunFor(TimeSpan.FromSeconds(75));
        Add();
        world.RunUntil(() => world.Is("Succeeded"), "succeeded");
        Add();
        return new Cast(
            $"kubectl drydock {command}",
            "An upgrade of OMS on two nodes: its phases with a sign and the time of each, the nodes side by side, the "
            + "running "
            + "steps, and the downtime so far. It waits for an approval before OMS is stopped, and ends with what is "
            + "left to do.",
            Narrow,
            frames)
        {
            Still = still,
        };
    }

    private static async Task<Cast> FailureAsync(IReadOnlyList<string> commands)
    {
        var world = RollbackTests.Failed(Setup with { Jar = RollbackTests.FailingJar });
        var status = Shown(Narrow, Prompt(commands[0]), console =>
        {
            foreach (var line in new StatusText(isWide: false).Lines(View(world)))
            {
                console.MarkupLine(line);
            }
        });
        await using var output = new StringWriter();
        (await DrydockCommand.Create(Terminal(output, Narrow)).Parse(commands[1].Split(' ')).InvokeAsync())
            .ShouldBeDone();
        return new Cast(
            "A failed run, and what its reason means",
            "The status of an upgrade whose correction JAR failed: the step, its reason, the downtime so far, and the "
            + "commands "
            + "that continue or roll back. Then the explanation of the reason RestoreRequired.",
            Narrow,
            [new CastFrame($"{status}\n{Prompt(commands[1])}{output}", FrameSeconds)]);
    }

    private static RunView View(OmsWorld world) => RunViewBuilder.BuildWithOffers(world.Run(), world.Time.GetUtcNow());

    private static string Shown(int columns, string prompt, Action<IAnsiConsole> print)
    {
        using var output = new StringWriter();
        print(Terminal(output, columns).CreateConsole());
        return $"{prompt}{output}";
    }

    private static string Prompt(string command) => $"\e[92m$\e[0m \e[1mkubectl drydock {command}\e[0m\n";

    private static Surroundings Terminal(StringWriter output, int columns) => CliRuns.Plain(output) with
    {
        IsTerminal = true,
        UsesColor = true,
        Width = columns,
    };

    private static void ShouldBeDone(this int exitCode)
    {
        if (exitCode != ExitCodes.Done)
        {
            throw new InvalidOperationException($"The command ended with exit code {exitCode}.");
        }
    }
}
