using System.Collections.Concurrent;

namespace Drydock.Clients.MySql.Native;

/// <summary>
/// The thread on which a connection's blocking native calls run when they are awaited, so that no pool thread waits for
/// a server. One per open connection, started at the first asynchronous call.
/// </summary>
internal sealed class ConnectionThread : IDisposable
{
    private readonly BlockingCollection<Action> _work = [];

    internal ConnectionThread()
    {
        var thread = new Thread(Loop) { IsBackground = true, Name = "mysql connection" };
        thread.Start();
    }

    /// <summary>Lets queued work finish, then the thread ends.</summary>
    public void Dispose() => _work.CompleteAdding();

    internal Task<T> RunAsync<T>(Func<T> work)
    {
        var completion = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                completion.SetResult(work());
            }
            catch (OperationCanceledException e)
            {
                completion.SetCanceled(e.CancellationToken);
            }
#pragma warning disable CA1031 // Whatever the work throws belongs to the one who awaits it.
            catch (Exception e)
#pragma warning restore CA1031
            {
                completion.SetException(e);
            }
        });
        return completion.Task;
    }

    private void Loop()
    {
        foreach (var work in _work.GetConsumingEnumerable())
        {
            work();
        }

        _work.Dispose();
    }
}
