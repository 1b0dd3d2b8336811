using System.Runtime.CompilerServices;

namespace Drydock.Clients.Docker.Http;

/// <summary>Output of containers and attached commands, framed or (with a terminal) raw.</summary>
internal static class RawOutput
{
    private const int BufferBytes = 32 * 1024;

    public static async IAsyncEnumerable<ContainerOutputChunk> ReadAsync(
        string endpoint, DockerCall call, Stream body, bool tty, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var parser = new MultiplexedFrameParser();
        var buffer = new byte[BufferBytes];
        var chunks = new List<ContainerOutputChunk>();
        int read;
        while ((read = await body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false)) > 0)
        {
            // Copied: the buffer is used again while the caller may still hold the chunk.
            var piece = buffer.AsMemory(0, read).ToArray();
            if (tty)
            {
                yield return new ContainerOutputChunk { Source = ContainerOutputSource.StandardOutput, Data = piece };
                continue;
            }

            chunks.Clear();
            Feed(endpoint, call, parser, piece, chunks);
            foreach (var chunk in chunks)
            {
                yield return chunk;
            }
        }

        if (!parser.AtBoundary)
        {
            throw new DockerUnreachableException(endpoint, $"{call.Operation} at {endpoint}: the connection broke in the middle of output", call.ChangesSomething);
        }
    }

    private static void Feed(
        string endpoint,
        DockerCall call,
        MultiplexedFrameParser parser,
        byte[] piece,
        List<ContainerOutputChunk> chunks)
    {
        try
        {
            parser.Feed(piece, (source, data, isEngineError) =>
            {
                if (isEngineError)
                {
                    throw new DockerStreamException(endpoint, call.Operation, "the engine could not go on with the output");
                }

                chunks.Add(new ContainerOutputChunk { Source = source, Data = data });
            });
        }
        catch (InvalidDataException e)
        {
            throw new DockerProtocolException(endpoint, $"{call.Operation} at {endpoint}: {e.Message}", e);
        }
    }
}
