using System.CommandLine;
using System.CommandLine.Completions;
using Drydock.Cli.Runs;
using Drydock.Cli.Verbs;
using Drydock.Clients.Kubernetes.Errors;

namespace Drydock.Cli.CommandLine;

/// <summary>Runs verbs: connects, and turns failures into a message and an exit code.</summary>
internal sealed class VerbRunner(Surroundings surroundings, GlobalOptions options)
{
    /// <summary>How long a verb may need to remove what it has created, also after Ctrl-C.</summary>
    public static readonly TimeSpan CleanupLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CompletionLimit = TimeSpan.FromSeconds(3);

    /// <summary>Clock, input and output.</summary>
    public Surroundings Surroundings { get; } = surroundings;

    /// <summary>Lets a command run a verb that needs the API server.</summary>
    public void Set(Command command, Func<Invocation, ParseResult, CancellationToken, Task<int>> verb) =>
        SetLocal(command, async (parsed, cancellationToken) =>
        {
            using var invocation = new Invocation(Surroundings, options, parsed);
            return await verb(invocation, parsed, cancellationToken);
        });

    /// <summary>Lets a command run a verb that connects to nothing, or only if it has to.</summary>
    public void SetLocal(Command command, Func<ParseResult, CancellationToken, Task<int>> verb) =>
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await verb(parsed, cancellationToken);
            }
            catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
            {
                return ExitCodes.Interrupted;
            }
            catch (CliException failure)
            {
                return Say(failure.Message, failure.ExitCode);
            }
            catch (KubernetesForbiddenException failure)
            {
                return Say(MissingRight.Explain(failure), ExitCodes.Failed);
            }
            catch (KubernetesNotFoundException failure) when (failure.Request.Name is null)
            {
                return Say(
                    $"The cluster has no {failure.Request.Resource}: Drydock's CRDs are not installed there. Choose "
                    + "another context with --context, or install the operator.",
                    ExitCodes.Failed);
            }
            catch (Exception failure) when (failure is KubernetesException or KubernetesConfigurationException
                or IOException or UnauthorizedAccessException)
            {
                return Say(failure.Message, ExitCodes.Failed);
            }
        });

    /// <summary>The names of runs that a user may mean; none if the server does not answer quickly.</summary>
    public IEnumerable<CompletionItem> CompleteNames(CompletionContext context) =>
        Complete(context, async (invocation, limit) =>
        {
            var runs = await RunLookup.ListAsync(invocation, invocation.Namespace, limit);
            return runs.Select(r => r.Metadata.Name);
        });

    /// <summary>Completes an argument from the run that the user has named.</summary>
    /// <param name="words">The words that a run has for the argument.</param>
    public Func<CompletionContext, IEnumerable<CompletionItem>> CompleteFrom(Func<Run, IEnumerable<string>> words) =>
        context => context.ParseResult.GetValue<string>(RunArgument.Name) is { } name
            ? Complete(context, async (invocation, limit) => words(await RunLookup.FindAsync(invocation, name, limit)))
            : [];

    private List<CompletionItem> Complete(
        CompletionContext context, Func<Invocation, CancellationToken, Task<IEnumerable<string>>> words)
    {
        try
        {
            using var limit = new CancellationTokenSource(CompletionLimit);
            using var invocation = new Invocation(Surroundings, options, context.ParseResult);
            // System.CommandLine asks for completions without a task, so this waits.
            return [.. words(invocation, limit.Token).GetAwaiter().GetResult().Select(w => new CompletionItem(w))];
        }
        catch (Exception absent) when (absent is KubernetesException or KubernetesConfigurationException
            or CliException or OperationCanceledException)
        {
            // A shell shows nothing instead of a message in the middle of the line.
            return [];
        }
    }

    private int Say(string message, int exitCode)
    {
        Surroundings.Errors.WriteLine(message);
        return exitCode;
    }
}
