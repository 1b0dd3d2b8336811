using System.Threading.Channels;

namespace Drydock.Cli.Dashboard;

/// <summary>
/// Events that wait to be sent. Each is a whole state, so only the newest of a name is kept; the newest state of the
/// runs also replaces a problem from before it.
/// </summary>
internal sealed class PendingEvents
{
    private readonly Lock _lock = new();
    private readonly List<ServerEvent> _events = [];
    private readonly Channel<bool> _added = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Adds an event.</summary>
    public void Add(ServerEvent added)
    {
        lock (_lock)
        {
            _events.RemoveAll(e => added.IsState || e.Name == added.Name);
            _events.Add(added);
        }

        _added.Writer.TryWrite(true);
    }

    /// <summary>Ends the events.</summary>
    /// <param name="failure">Why; null if nothing failed.</param>
    public void Complete(Exception? failure) => _added.Writer.TryComplete(failure);

    /// <summary>Waits for an event; false once there will be no more. A failure is thrown.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken cancellationToken) =>
        _added.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>The events that wait, oldest first.</summary>
    public IReadOnlyList<ServerEvent> Take()
    {
        _added.Reader.TryRead(out _);
        lock (_lock)
        {
            ServerEvent[] taken = [.. _events];
            _events.Clear();
            return taken;
        }
    }
}
