using System.CommandLine;
using System.Text;
using Drydock.Abstractions.Plans;
using Drydock.Cli.CommandLine;
using Drydock.Cli.Runs;
using Drydock.Cli.Views;
using Drydock.Clients.Kubernetes.CoreTypes;

namespace Drydock.Cli.Verbs;

/// <summary>The output of the command that a step has run.</summary>
internal static class LogsCommand
{
    private const string OutputKey = "output";

    public static Command Create(VerbRunner runner)
    {
        var name = RunArgument.Create(runner);
        var step = new Argument<string?>("step")
        {
            Description =
                "Id of the step, for instance InitMetadata/oms-a. Without it the steps with output are listed.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var follow = new Option<bool>("--follow", "-f")
        {
            Description = "Show what the step reports until it has ended, then its output.",
        };
        var command = new Command("logs", "Prints the kept end of a step's output, without secrets.")
        {
            name, step, follow,
        };
        runner.Set(command, async (invocation, parsed, cancellationToken) =>
        {
            var run = await RunLookup.FindAsync(invocation, parsed.GetValue(name)!, cancellationToken);
            if (parsed.GetValue(step) is not { } id)
            {
                return List(invocation, run);
            }

            var found = Step(run, id);
            return parsed.GetValue(follow)
                ? await FollowAsync(invocation, run, id, cancellationToken)
                : await PrintAsync(invocation, run, found, cancellationToken);
        });
        return command;
    }

    private static int List(Invocation invocation, Run run)
    {
        var steps = Steps(run).Where(s => s.OutputRef is not null).ToList();
        foreach (var step in steps)
        {
            invocation.Surroundings.Output.WriteLine(step.Id);
        }

        if (steps.Count == 0)
        {
            invocation.Surroundings.Output.WriteLine($"No step of {run.FullName} has output.");
        }

        return ExitCodes.Done;
    }

    private static async Task<int> PrintAsync(
        Invocation invocation, Run run, PlanStep step, CancellationToken cancellationToken)
    {
        if (step.OutputRef is not { } reference)
        {
            throw new CliException(
                $"{step.Id} of {run.FullName} has no output: only commands in containers leave some. "
                + $"The step is {step.State.ToString().ToLowerInvariant()}. {step.Message}".TrimEnd());
        }

        var secret = await invocation.Kubernetes.GetAsync<V1Secret>(
            reference, run.Metadata.Namespace, cancellationToken)
            ?? throw new CliException($"The Secret {reference} with the output of {step.Id} was deleted.");
        if (secret.Data?.GetValueOrDefault(OutputKey) is not { } bytes)
        {
            throw new CliException($"The Secret {reference} has no key {OutputKey}.");
        }

        invocation.Surroundings.Output.WriteLine(Encoding.UTF8.GetString(bytes).TrimEnd('\n'));
        return ExitCodes.Done;
    }

    private static async Task<int> FollowAsync(
        Invocation invocation, Run run, string id, CancellationToken cancellationToken)
    {
        string? last = null;
        await foreach (var seen in run.Kind.FollowAsync(
            invocation.Kubernetes,
            run.Metadata.Namespace!,
            run.Metadata.Name,
            invocation.Surroundings.Time,
            cancellationToken))
        {
            if (seen is null)
            {
                throw new CliException($"{run.FullName} was deleted.");
            }

            var step = Step(seen, id);
            var message = seen.Status?.Running.Find(r => r.Id == id)?.Message ?? step.Message ?? "";
            var line = $"{step.State}{(message.Length > 0 ? $": {message}" : "")}";
            if (line != last)
            {
                last = line;
                invocation.Surroundings.Output.WriteLine($"{invocation.Now:HH:mm:ss}  {line}");
            }

            if (step.OutputRef is not null && step.State != StepState.Running)
            {
                return await PrintAsync(invocation, seen, step, cancellationToken);
            }

            if (RunViewBuilder.StateOf(seen) is RunState.Ready or RunState.Stalled)
            {
                throw new CliException($"{id} has no output, and the run is over: {seen.Status?.Message}");
            }
        }

        return ExitCodes.InProgress;
    }

    private static IEnumerable<PlanStep> Steps(Run run) => run.Plans.SelectMany(p => p.Plan.Steps);

    // In a rollback the newest plan is meant: both plans may have a step with the same id.
    private static PlanStep Step(Run run, string id) => Steps(run).LastOrDefault(s => s.Id == id)
        ?? throw new CliException(
            $"{run.FullName} has no step {id}. Its steps are in `{Commands.Of(run, "plan")}`.");
}
