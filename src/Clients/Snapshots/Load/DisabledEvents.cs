namespace Drydock.Clients.Snapshots;

/// <summary>Passes a dump on with its events disabled: in the copy of a test they would run beside the originals, and
/// qualified names in them mean the original database.</summary>
internal sealed class DisabledEvents(Func<ReadOnlyMemory<byte>, CancellationToken, ValueTask> sink)
{
    // mysqldump of every vendor begins only events so. Line feeds in rows are escaped.
    private static readonly byte[] Begin = "\n/*!50106 CREATE"u8.ToArray();
    private static readonly byte[] Event = " EVENT `"u8.ToArray();
    private static readonly byte[] State = " PRESERVE "u8.ToArray();
    private static readonly byte[] Enabled = "ENABLE "u8.ToArray();
    private static readonly byte[] Disabled = "DISABLE "u8.ToArray();

    // Bytes that may begin an event.
    private byte[] _held = [];

    internal async ValueTask WriteAsync(ReadOnlyMemory<byte> piece, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> rest = _held.Length == 0 ? piece : (byte[])[.. _held, .. piece.Span];
        while (rest.Span.IndexOf(Begin) is >= 0 and var at)
        {
            await sink(rest[..at], cancellationToken);
            rest = rest[at..];
            var length = rest.Span[1..].IndexOf((byte)'\n') + 1;
            if (length == 0)
            {
                _held = rest.Length <= SnapshotLimits.EventHead ? rest.ToArray() : throw OtherForm();
                return;
            }

            await sink(Disable(rest.Span[..length]), cancellationToken);
            rest = rest[length..];
        }

        var open = Math.Min(Begin.Length - 1, rest.Length);
        while (!Begin.AsSpan().StartsWith(rest.Span[^open..]))
        {
            open--;
        }

        _held = rest[^open..].ToArray();
        await sink(rest[..^open], cancellationToken);
    }

    internal ValueTask FinishAsync(CancellationToken cancellationToken) =>
        sink(_held.Length < Begin.Length ? _held : Disable(_held), cancellationToken);

    // The server writes the name, the schedule and the state of an event before any other text of a user.
    private static byte[] Disable(ReadOnlySpan<byte> line)
    {
        var at = line.IndexOf(Event) + Event.Length;
        at = at < Event.Length ? line.Length : at;

        // A backquote in the name is doubled.
        while (at < line.Length && (line[at] != '`' || line[(at + 1)..].StartsWith("`"u8)))
        {
            at += line[at] == '`' ? 2 : 1;
        }

        var state = line[Math.Min(at, line.Length)..].IndexOf(State);
        var after = at + state + State.Length;
        if (state < 0 || !(line[after..].StartsWith(Enabled) || line[after..].StartsWith("DISABLE"u8)))
        {
            throw OtherForm();
        }

        return line[after] == 'D'
            ? line.ToArray()
            : [.. line[..after], .. Disabled, .. line[(after + Enabled.Length)..]];
    }

    private static SnapshotException OtherForm() => new(
        SnapshotFailure.InvalidRequest,
        "The dump has an event in a form that mysqldump does not write, so it cannot be loaded disabled. "
            + "Use verify: ReadBack, and test the snapshot by a restore to another server.");
}
