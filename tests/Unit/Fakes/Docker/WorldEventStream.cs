using System.Threading.Tasks.Sources;
using Drydock.Clients.Docker;
using Message = Docker.DotNet.Models.Message;

namespace Drydock.Tests.Unit.Fakes;

/// <summary>
/// Events of one host for one listener. Its continuations always run on the listener's own scheduler, whatever it asked
/// for.
/// </summary>
internal sealed class WorldEventStream : IAsyncEnumerable<Message>, IAsyncEnumerator<Message>, IValueTaskSource<bool>
{
    private readonly WorldScheduler _scheduler;
    private readonly string _endpoint;
    private readonly IReadOnlyDictionary<string, IReadOnlyList<string>> _filters;
    private readonly Action<WorldEventStream> _close;
    private readonly CancellationToken _cancellation;
    private readonly CancellationTokenRegistration _registration;
    private readonly Lock _gate = new();
    private readonly Queue<Message> _queue = new();
    private (Action<object?> Continuation, object? State)? _waiter;
    private bool _isBroken;

    public WorldEventStream(
        WorldScheduler scheduler, string endpoint, IReadOnlyDictionary<string, IReadOnlyList<string>> filters, Action<WorldEventStream> close, CancellationToken cancellationToken)
    {
        (_scheduler, _endpoint, _filters, _close, _cancellation) = (scheduler, endpoint, filters, close, cancellationToken);
        _registration = cancellationToken.UnsafeRegister(static self => ((WorldEventStream)self!).Signal(), this);
    }

    public Message Current { get; private set; } = new();

    public void Offer(Message message)
    {
        if (Wants("event", message.Action) && Wants("container", message.Actor.ID))
        {
            lock (_gate)
            {
                _queue.Enqueue(message);
            }

            Signal();
        }
    }

    public void Break()
    {
        _isBroken = true;
        Signal();
    }

    public IAsyncEnumerator<Message> GetAsyncEnumerator(CancellationToken cancellationToken = default) => this;

    public ValueTask<bool> MoveNextAsync() => new(this, 0);

    public ValueTask DisposeAsync()
    {
        _registration.Dispose();
        _close(this);
        return ValueTask.CompletedTask;
    }

    public ValueTaskSourceStatus GetStatus(short token)
    {
        lock (_gate)
        {
            return IsReady() ? ValueTaskSourceStatus.Succeeded : ValueTaskSourceStatus.Pending;
        }
    }

    public void OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags)
    {
        lock (_gate)
        {
            if (!IsReady())
            {
                _waiter = (continuation, state);
                return;
            }
        }

        _scheduler.Post(continuation, state);
    }

    public bool GetResult(short token)
    {
        _cancellation.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (_queue.TryDequeue(out var message))
            {
                Current = message;
                return true;
            }
        }

        throw new DockerUnreachableException(_endpoint, $"the connection to {_endpoint} broke", mayHaveBeenProcessed: true);
    }

    private bool IsReady() => _queue.Count > 0 || _isBroken || _cancellation.IsCancellationRequested;

    private bool Wants(string filter, string value) =>
        !_filters.TryGetValue(filter, out var wanted) || wanted.Contains(value, StringComparer.Ordinal);

    private void Signal()
    {
        (Action<object?> Continuation, object? State)? waiter;
        lock (_gate)
        {
            (waiter, _waiter) = (_waiter, null);
        }

        if (waiter is { } woken)
        {
            _scheduler.Post(woken.Continuation, woken.State);
        }
    }
}
