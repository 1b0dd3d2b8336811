namespace Drydock.Clients.Docker;

/// <summary>Reads a stream of JSON objects, one per line; each is returned as soon as its line is complete.</summary>
internal static class JsonLineReader
{
    private const int FirstBufferBytes = 8 * 1024;
    private const int MaxLineBytes = 4 * 1024 * 1024;

    /// <summary>Enumerates the objects until the stream ends.</summary>
    /// <param name="read">Reads into a buffer; 0 at the end.</param>
    /// <exception cref="JsonException">A line is not a valid object, or is longer than 4 MiB.</exception>
    /// <exception cref="EndOfStreamException">The stream ended inside a line.</exception>
    public static async IAsyncEnumerable<T> ReadAsync<T>(
        Func<Memory<byte>, CancellationToken, Task<int>> read, JsonTypeInfo<T> type, [
            EnumeratorCancellation] CancellationToken cancellationToken)
        where T : class
    {
        var buffer = new byte[FirstBufferBytes];
        var start = 0;
        var end = 0;
        var searched = 0;
        while (true)
        {
            var newline = buffer.AsSpan(searched, end - searched).IndexOf((byte)'\n');
            if (newline >= 0)
            {
                var item = Parse(buffer.AsSpan(start, searched + newline - start), type);
                start = searched = searched + newline + 1;
                if (item is not null)
                {
                    yield return item;
                }

                continue;
            }

            searched = end;
            if (end == buffer.Length)
            {
                MakeRoom(ref buffer, ref start, ref end, ref searched);
            }

            var count = await read(buffer.AsMemory(end), cancellationToken).ConfigureAwait(false);
            if (count == 0)
            {
                var last = ParseLast(buffer.AsSpan(start, end - start), type);
                if (last is not null)
                {
                    yield return last;
                }

                yield break;
            }

            end += count;
        }
    }

    private static void MakeRoom(ref byte[] buffer, ref int start, ref int end, ref int searched)
    {
        if (start == 0 && buffer.Length >= MaxLineBytes)
        {
            throw new JsonException($"A line is longer than {MaxLineBytes} bytes.");
        }

        var target = start == 0 ? new byte[buffer.Length * 2] : buffer;
        buffer.AsSpan(start, end - start).CopyTo(target);
        buffer = target;
        end -= start;
        searched -= start;
        start = 0;
    }

    private static T? Parse<T>(ReadOnlySpan<byte> line, JsonTypeInfo<T> type)
        where T : class
    {
        var text = line.Trim(" \t\r"u8);
        return text.IsEmpty ? null : JsonSerializer.Deserialize(text, type);
    }

    private static T? ParseLast<T>(ReadOnlySpan<byte> line, JsonTypeInfo<T> type)
        where T : class
    {
        try
        {
            return Parse(line, type);
        }
        catch (JsonException e)
        {
            throw new EndOfStreamException("The stream ended inside a line.", e);
        }
    }
}
