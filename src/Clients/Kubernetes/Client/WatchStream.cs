using System.IO.Pipelines;

namespace Drydock.Clients.Kubernetes.Client;

/// <summary>Limits of a watch.</summary>
/// <param name="Idle">It ends when nothing was received for this long.</param>
/// <param name="LineBytes">Maximum length of an event in bytes.</param>
internal sealed record WatchStreamLimits(TimeSpan Idle, int LineBytes);

/// <summary>Reads the events of one watch: one JSON object per line.</summary>
internal static class WatchStream
{
    public static async IAsyncEnumerable<WatchEvent<TEntity>> ReadAsync<TEntity>(
        Stream stream,
        KubernetesRequest request,
        EntityJson json,
        WatchStreamLimits limits,
        TimeProvider time,
        [EnumeratorCancellation] CancellationToken cancellationToken)
        where TEntity : class, IKubernetesObject
    {
        var reader = PipeReader.Create(stream);
        using var silence = new CancellationTokenSource();
        await using var timer = time.CreateTimer(
            static state => ((CancellationTokenSource)state!).Cancel(), silence, limits.Idle, Timeout.InfiniteTimeSpan);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(silence.Token, cancellationToken);
        try
        {
            while (true)
            {
                if (await FillAsync(reader, request, both.Token, cancellationToken) is not { } result)
                {
                    // Silent for too long: reopening the watch shows whether the connection still works.
                    yield break;
                }

                var rest = result.Buffer;
                while (TryTakeLine(ref rest, out var line))
                {
                    timer.Change(limits.Idle, Timeout.InfiniteTimeSpan);
                    if (Parse<TEntity>(line, request, json) is { } watchEvent)
                    {
                        yield return watchEvent;

                        // The consumer's processing time does not count as silence of the server.
                        timer.Change(limits.Idle, Timeout.InfiniteTimeSpan);
                    }
                }

                if (result.IsCompleted)
                {
                    yield break;
                }

                if (rest.Length > limits.LineBytes)
                {
                    throw new KubernetesTooLargeException(request, "an event of the watch", limits.LineBytes);
                }

                reader.AdvanceTo(rest.Start, rest.End);
            }
        }
        finally
        {
            await reader.CompleteAsync();
        }
    }

    /// <summary>Reads more; null after too long a silence.</summary>
    private static async Task<ReadResult?> FillAsync(
        PipeReader reader, KubernetesRequest request, CancellationToken both, CancellationToken cancellationToken)
    {
        try
        {
            var result = await reader.ReadAsync(both);
            return !result.IsCompleted || EndsClean(result.Buffer)
                ? result
                : throw new KubernetesUnreachableException(request, "the connection broke in the middle of an event");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new KubernetesUnreachableException(request, $"the watch broke: {e.Message}", e);
        }
    }

    private static bool EndsClean(ReadOnlySequence<byte> buffer)
    {
        if (buffer.IsEmpty)
        {
            return true;
        }

        var last = buffer.Slice(buffer.GetPosition(buffer.Length - 1));
        return last.FirstSpan[0] == (byte)'\n';
    }

    private static bool TryTakeLine(ref ReadOnlySequence<byte> buffer, out ReadOnlySequence<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            line = default;
            return false;
        }

        line = buffer.Slice(0, end);
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return true;
    }

    private static WatchEvent<TEntity>? Parse<TEntity>(
        ReadOnlySequence<byte> line, KubernetesRequest request, EntityJson json)
        where TEntity : class, IKubernetesObject
    {
        if (line.IsEmpty)
        {
            return null;
        }

        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(line);
        }
        catch (JsonException e)
        {
            throw new KubernetesUnreachableException(request, "the watch sent a line that is not JSON", e);
        }

        using (document)
        {
            var root = document.RootElement;
            var entity = root.TryGetProperty("object"u8, out var inner) ? inner : default;
            var version = EntityJson.ResourceVersion(entity);
            return root.TryGetProperty("type"u8, out var type) ? type.GetString() switch
            {
                "ADDED" => Event(WatchEventType.Added),
                "MODIFIED" => Event(WatchEventType.Modified),
                "DELETED" => Event(WatchEventType.Deleted),
                "BOOKMARK" => new WatchEvent<TEntity>(WatchEventType.Bookmark, version, null),
                "ERROR" =>
                    throw StatusErrors.From(
                        request, entity.Deserialize(json.Options.TypeInfo<V1Status>()) ?? new V1Status()),
                _ => null,
            }
            : null;

            WatchEvent<TEntity> Event(WatchEventType eventType)
            {
                var (read, unreadable) = json.TryRead<TEntity>(entity);
                return new WatchEvent<TEntity>(eventType, version, read, unreadable);
            }
        }
    }
}
