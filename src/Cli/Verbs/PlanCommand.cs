namespace Drydock.Cli.Verbs;

/// <summary>Shows the plan of a run.</summary>
internal static class PlanCommand
{
    public static Command Create(VerbRunner runner)
    {
        var name = SharedOptions.RunArgument(runner);
        var output = OutputFormats.Option();
        var command = new Command(
            "plan",
            "Shows the steps of a plan with nodes, times, points of no return and notes. Exit code 3: no plan yet.")
        {
            name, output,
        };
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

            var format = parsed.GetValue(output);
            if (format == OutputFormat.Name)
            {
                invocation.Surroundings.Output.WriteLine(plan.Hash);
            }
            else if (!OutputFormats.Print(invocation.Surroundings, format, run.UnpackedPlans))
            {
                PlanText.Print(
                    invocation.Console, RunViewBuilder.Build(run, invocation.Now), format == OutputFormat.Wide);
            }

            return ExitCodes.Done;
        });
        return command;
    }
}
