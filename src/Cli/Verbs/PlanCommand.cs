using Drydock.Cli.Plans;

namespace Drydock.Cli.Verbs;

/// <summary>Shows the plan of a run, and what changed in it.</summary>
internal static class PlanCommand
{
    public static Command Create(VerbRunner runner)
    {
        var name = RunArgument.Create(runner);
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

            var seen = new SeenPlans();
            var isDiff = parsed.GetResult(diff) is not null;
            var other = isDiff
                ? await OtherAsync(invocation, run, parsed.GetValue(diff), seen, cancellationToken)
                : null;
            Show(invocation, run, plan, other, parsed.GetValue(output));
            seen.Keep(run, plan);
            return ExitCodes.Done;
        });
        return command;
    }

    private static async Task<(string Name, Plan Plan)?> OtherAsync(
        Invocation invocation, Run run, string? with, SeenPlans seen, CancellationToken cancellationToken)
    {
        if (with is null)
        {
            return seen.Last(run) is { } last
                ? ("the plan that you looked at last", last)
                : throw new CliException(
                    $"You have not looked at a plan of {run.FullName} on this machine before. Name another upgrade, or "
                    + "a file that `plan -o json` wrote.");
        }

        if (File.Exists(with))
        {
            return ($"the plan in {with}", PlanFile.Read(with));
        }

        var other = await RunLookup.FindAsync(invocation, with, cancellationToken);
        return other.ActivePlan is { } plan
            ? ($"the plan of {other.FullName}", plan)
            : throw new CliException($"{other.FullName} has no plan yet.", ExitCodes.NoPlan);
    }

    private static void Show(
        Invocation invocation, Run run, Plan plan, (string Name, Plan Plan)? other, OutputFormat format)
    {
        if (other is { } former)
        {
            PlanDifferenceText.Print(
                invocation.Console,
                former.Name,
                PlanDifference.Between(former.Plan, plan),
                former.Plan.Hash,
                plan.Hash);
            return;
        }

        switch (format)
        {
            case OutputFormat.Json or OutputFormat.Yaml:
                OutputFormats.Print(invocation.Surroundings, format, plan, CrdsJsonContext.Default.Plan);
                break;
            case OutputFormat.Name:
                invocation.Surroundings.Output.WriteLine(plan.Hash);
                break;
            default:
                PlanText.Print(invocation.Console, RunViewBuilder.Build(run, invocation.Now));
                break;
        }
    }
}
