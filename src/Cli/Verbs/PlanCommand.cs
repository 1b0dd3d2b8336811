using Drydock.Cli.Manifests;
using Drydock.Cli.Plans;
using Spectre.Console;
using YamlDotNet.Core;

namespace Drydock.Cli.Verbs;

/// <summary>Shows the plan of a run, and what changed in it.</summary>
internal static class PlanCommand
{
    public static Command Create(VerbRunner runner)
    {
        var name = SharedOptions.RunArgument(runner);
        var diff = new Option<string?>("--diff")
        {
            Description = "Show only what differs from another plan: that of another upgrade (NAME), that of a file "
                + "that `plan -o json` wrote, or, without a value, the plan that you looked at last on this machine.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var output = OutputFormats.Option();
        var command = new Command(
            "plan",
            "Shows the steps of a plan with nodes, times, points of no return and notes. Exit code 3: no plan yet.")
        {
            name, diff, output,
        };
        command.Validators.Add(result =>
        {
            if (result.GetResult(diff) is not null && result.GetResult(output) is not null)
            {
                result.AddError("-o is not possible with --diff.");
            }
        });
        runner.Set(command, async (invocation, parsed, cancellationToken) =>
        {
            var run = await RunLookup.FindAsync(invocation, parsed.GetValue(name)!, cancellationToken);
            if (run.ActivePlan is not { } plan)
            {
                throw new CliException(
                    $"{run.FullName} has no plan yet: {run.Status?.Phase ?? "the operator has not seen it"}. "
                    + $"{run.Status?.Message}".TrimEnd(),
                    ExitCodes.NoPlan);
            }

            var other = parsed.GetResult(diff) is not null
                ? await OtherAsync(invocation, run, parsed.GetValue(diff), cancellationToken)
                : null;
            Show(invocation, run, plan, other, parsed.GetValue(output));
            SeenPlans.Keep(run, plan);
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<(string Name, PlanProgress Plan)?> OtherAsync(
        Invocation invocation, Run run, string? with, CancellationToken cancellationToken)
    {
        if (with is null)
        {
            return SeenPlans.Last(run) is { } last
                ? ("the plan that you looked at last", last)
                : throw new CliException(
                    $"You have not looked at a plan of {run.FullName} on this machine before. Name another upgrade, or "
                    + "a file that `plan -o json` wrote.");
        }

        // A name of an object has no slash, does not begin with a dot, and may have other dots.
        if (File.Exists(with) || with[0] is '/' or '.' || with.Contains(Path.DirectorySeparatorChar)
            || Path.GetExtension(with).ToLowerInvariant() is ".json" or ".yaml" or ".yml")
        {
            return ($"the plan in {with}", ReadFile(with));
        }

        var other = await RunLookup.FindAsync(invocation, with, cancellationToken);
        return other.ActivePlan is { } plan
            ? ($"the plan of {other.FullName}", plan)
            : throw new CliException($"{other.FullName} has no plan yet.", ExitCodes.NoPlan);
    }

    // The last of the plans that -o json or -o yaml wrote.
    private static PlanProgress ReadFile(string path)
    {
        try
        {
            var read = Yaml.Read(UserFile.Use("--diff", path, File.ReadAllText)) is [var first, ..] ? first : null;
            var document = read is JsonArray { Count: > 0 } plans ? plans[^1] : read;
            var misfits = new Misfits(typeof(StoredPlan), CrdsJsonContext.Default.Options);
            if (document is not null && misfits.Of(document).FirstOrDefault() is { } misfit)
            {
                throw new CliException($"{path} is not a plan: {misfit} Write one with `plan NAME -o json`.");
            }

            var plan = document is not null
                && document.Deserialize(CrdsJsonContext.Default.StoredPlan) is { Steps.Count: > 0 } given
                ? StoredRun.Of(given)
                : throw new CliException($"{path} is not a plan: it has no steps. Write one with `plan NAME -o json`.");
            return plan.Steps.CountBy(s => s.Id, StringComparer.Ordinal).FirstOrDefault(s => s.Value > 1).Key is { } id
                ? throw new CliException(
                    $"{path} is not a plan: it has step {id} twice. Write one with `plan NAME -o json`.")
                : plan;
        }
        catch (Exception broken) when (broken is JsonException or YamlException)
        {
            var why = broken is YamlException yaml ? $"line {yaml.Start.Line}: {yaml.Message}" : "a field is missing.";
            throw new CliException($"{path} is not a plan: {why} Write one with `plan NAME -o json`.");
        }
    }

    private static void Show(
        Invocation invocation, Run run, PlanProgress plan, (string Name, PlanProgress Plan)? other, OutputFormat format)
    {
        if (other is { } former)
        {
            invocation.Console.MarkupLine(
                $"Compared with {Texts.Escape(former.Name)}: {Word.Prefix(former.Plan.Hash)} → "
                + $"[bold]{Word.Prefix(plan.Hash)}[/]");
            invocation.Console.MarkupLines(
                DifferenceView.Lines(former.Plan, plan).DefaultIfEmpty("Both plans do the same."));
            return;
        }

        if (format == OutputFormat.Name)
        {
            invocation.Surroundings.Output.WriteLine(plan.Hash);
        }
        else if (!OutputFormats.Print(invocation.Surroundings, format, run.UnpackedPlans))
        {
            PlanText.Print(
                invocation.Console, RunViewBuilder.Build(run, invocation.Now), format == OutputFormat.Wide);
        }
    }
}
