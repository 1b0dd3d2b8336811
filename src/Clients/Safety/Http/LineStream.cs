namespace Drydock.Clients.Safety;

/// <summary>An answer of one JSON object a line: its readers keep a line in memory until it ends, so it is limited; and
/// an answer that ends inside a line is one that broke.</summary>
public sealed class LineStream(Stream inner, bool isRead, int longest) : ReadOnlyStream
{
    private int _length;
    private byte _last = (byte)'}';

    protected override IDisposable Owned => inner;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        if (read == 0)
        {
            return _last == '}' ? 0 : throw Broken(HttpProblem.Interrupted, "the stream ended inside a line");
        }

        var piece = buffer.Span[..read];
        var end = piece.LastIndexOf((byte)'\n');
        _length = end < 0 ? _length + read : read - end - 1;
        _last = piece.TrimEnd(" \t\r\n"u8) is [.., var last] ? last : _last;
        return _length <= longest
            ? read
            : throw Broken(HttpProblem.TooLong, $"a line is longer than {longest >> 20} MiB and was not read");
    }

    private HttpOutcomeException Broken(HttpProblem problem, string message) =>
        new(problem, wasSent: true, isRead, message);
}
