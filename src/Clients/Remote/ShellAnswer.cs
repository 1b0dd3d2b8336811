namespace Drydock.Clients.Remote;

/// <summary>The answer to one request of a <see cref="RemoteShell"/>: on both outputs a mark, what the request prints,
/// the mark again, three digits of the exit code and a line end. The mark is random for each request, and no program on
/// the host is told it, so that no output is taken for an end.</summary>
internal sealed class ShellAnswer
{
    private const int CodeDigits = 3;

    private readonly string _mark = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource _begun = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource<RemoteResult> _ended =
        new(TaskCreationOptions.RunContinuationsAsynchronously);

    private readonly Part _output;
    private readonly Part _errors;

    public ShellAnswer(int maxOutput)
    {
        var mark = Encoding.ASCII.GetBytes(_mark);
        (_output, _errors) = (new Part(mark, maxOutput), new Part(mark, maxOutput));
    }

    public Task Begun => _begun.Task;

    /// <summary>Its result. Never ends if the mark does not come.</summary>
    public Task<RemoteResult> Ended => _ended.Task;

    /// <summary>Whether the answer is whole and nothing came behind it.</summary>
    public bool IsClean { get; private set; }

    /// <summary>The request as text for a POSIX shell.</summary>
    /// <param name="call">A command, which gets no input.</param>
    public string Request(string call)
    {
        // A program that only repeats what it is sent does not print the mark.
        var (first, second) = (_mark[..(_mark.Length / 2)], _mark[(_mark.Length / 2)..]);
        return $"""
            drydock_mark='{first}''{second}'
            printf %s "$drydock_mark"; printf %s "$drydock_mark" >&2
            {call} < /dev/null
            set -- "$drydock_mark" $?; printf '%s%03d\n' "$@"; printf '%s%03d\n' "$@" >&2

            """;
    }

    public void Take(bool isError, ReadOnlySpan<byte> data)
    {
        lock (_gate)
        {
            (isError ? _errors : _output).Take(data);
            if (_output.HasBegun)
            {
                _begun.TrySetResult();
            }

            if (_output.Code is { } code && _errors.Code is { } same)
            {
                IsClean = code == same && code >= 0 && !_output.HasMore && !_errors.HasMore;
                _ended.TrySetResult(new RemoteResult(code, _output.Text, _errors.Text));
            }
        }
    }

    /// <summary>What came of an answer that has no end.</summary>
    public RemoteResult Broken(int exitCode)
    {
        lock (_gate)
        {
            return new RemoteResult(exitCode, _output.Text, _errors.Text);
        }
    }

    private sealed class Part(byte[] mark, int maxOutput)
    {
        private readonly TailBuffer _kept = new(maxOutput);

        // May be the beginning of a mark.
        private byte[] _held = [];

        public bool HasBegun { get; private set; }

        /// <summary>The exit code; -1 if there is none behind the mark.</summary>
        public int? Code { get; private set; }

        public bool HasMore { get; private set; }

        public string Text => HasBegun ? _kept.Text + Encoding.UTF8.GetString(_held) : "";

        public void Take(ReadOnlySpan<byte> data)
        {
            ReadOnlySpan<byte> rest = (byte[])[.. _held, .. data];
            if (Code is null && !HasBegun && rest.IndexOf(mark) is var begin and >= 0)
            {
                HasBegun = true;
                rest = rest[(begin + mark.Length)..];
            }

            var end = rest.IndexOf(mark);
            var behind = end + mark.Length + CodeDigits + 1;
            if (Code is not null)
            {
                HasMore = true;
                rest = default;
            }
            else if (HasBegun && end >= 0 && behind <= rest.Length)
            {
                _kept.Append(rest[..end]);
                var code = rest[(behind - CodeDigits - 1)..(behind - 1)];
                Code = rest[behind - 1] == '\n'
                    && int.TryParse(code, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                    ? number
                    : -1;
                HasMore = behind < rest.Length;
                rest = default;
            }
            else
            {
                var whole = end >= 0 ? end : Math.Max(0, rest.Length - mark.Length + 1);
                _kept.Append(HasBegun ? rest[..whole] : default);
                rest = rest[whole..];
            }

            _held = rest.ToArray();
        }
    }
}
