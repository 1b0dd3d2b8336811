using System.CommandLine.Completions;

namespace Drydock.Cli.CommandLine;

/// <summary>Runs verbs: connects, and turns failures into a message and an exit code.</summary>
internal sealed class VerbRunner(Surroundings surroundings)
{
    /// <summary>How long a verb may need to remove what it has created, also after Ctrl-C.</summary>
    public static readonly TimeSpan CleanupLimit = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan CompletionLimit = TimeSpan.FromSeconds(3);

    public Surroundings Surroundings { get; } = surroundings;

    public void Set(Command command, Func<Invocation, ParseResult, CancellationToken, Task<int>> verb) =>
        SetLocal(command, async (parsed, cancellationToken) =>
        {
            using var invocation = new Invocation(Surroundings, parsed);
            return await verb(invocation, parsed, cancellationToken);
        });

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
            catch (Exception failure)
                when (Failures.IsShown(failure) || failure is IOException or UnauthorizedAccessException)
            {
                Surroundings.Errors.WriteLine(Failures.Explain(failure));
                return (failure as CliException)?.ExitCode ?? ExitCodes.Failed;
            }
        });

    public IEnumerable<CompletionItem> CompleteNames(CompletionContext context) =>
        Complete(context, async (invocation, limit) =>
        {
            var runs = await RunLookup.ListAsync(invocation, new RunScope(invocation.Namespace), limit);
            return runs.Select(r => r.Metadata.Name);
        });

    public Func<CompletionContext, IEnumerable<CompletionItem>> CompleteFrom(Func<Run, IEnumerable<string>> words) =>
        context => context.ParseResult.GetValue<string>(SharedOptions.Run) is { } name
            ? Complete(context, async (invocation, limit) => words(await RunLookup.FindAsync(invocation, name, limit)))
            : [];

    private List<CompletionItem> Complete(
        CompletionContext context, Func<Invocation, CancellationToken, Task<IEnumerable<string>>> words)
    {
        try
        {
            using var limit = new CancellationTokenSource(CompletionLimit);
            using var invocation = new Invocation(
                Surroundings with { Errors = TextWriter.Null }, context.ParseResult);
            // System.CommandLine asks for completions without a task, so this waits.
            return [.. words(invocation, limit.Token).GetAwaiter().GetResult().Select(w => new CompletionItem(w))];
        }
        catch (Exception absent) when (Failures.IsShown(absent) || absent is OperationCanceledException)
        {
            // A shell shows nothing instead of a message in the middle of the line.
            return [];
        }
    }
}

/// <summary>Ends the command with a message for the user.</summary>
/// <param name="message">What happened, why, and what to do; whole sentences.</param>
/// <param name="exitCode">One of <see cref="ExitCodes"/>.</param>
internal class CliException(string message, int exitCode = ExitCodes.Failed) : Exception(message)
{
    public int ExitCode { get; } = exitCode;

    /// <summary>A change that the present state does not allow. Nothing was written.</summary>
    public static CliException Refused(string message) => new(message, ExitCodes.Refused);
}
