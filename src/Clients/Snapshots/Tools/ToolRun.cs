using System.Globalization;
using Drydock.Clients.MySql;

namespace Drydock.Clients.Snapshots;

/// <summary>
/// Runs one child that connects to a server, with what goes on beside it, and ends all of it on any failure.
/// </summary>
internal static class ToolRun
{
    /// <exception cref="SnapshotException"><paramref name="failure"/>: it ended with an error; the text is the end of
    /// its own.</exception>
    internal static async Task RunAsync(
        ChildProcess child,
        string what,
        SnapshotFailure failure,
        int sessions,
        Func<RunningTool, CancellationToken, Task>? onStarted,
        Func<ChildProcess, CancellationToken, Task> consume,
        CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        child.StandardInput.Close();
        var beside = onStarted?.Invoke(new RunningTool(child.Id, child.Exited, sessions), over.Token) ?? Task.CompletedTask;
        try
        {
            await consume(child, cancellationToken).ConfigureAwait(false);
            var code = await child.Exited.WaitAsync(cancellationToken).ConfigureAwait(false);
            if (code != 0)
            {
                throw new SnapshotException(ServerTrouble.Of(child.ErrorText, failure), string.Create(CultureInfo.InvariantCulture, $"{what} ended with {code}: {child.ErrorText}"));
            }

            await beside.ConfigureAwait(false);
        }
        catch
        {
            child.Kill();
            await child.Exited.ConfigureAwait(false);
            await over.CancelAsync().ConfigureAwait(false);
            await beside.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default).ConfigureAwait(false);
            throw;
        }
    }
}
