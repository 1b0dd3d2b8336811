namespace Drydock.Clients.Kubernetes.Client;

/// <summary>One page of a list.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="Items">What is kept of the objects.</param>
/// <param name="Unreadable">The objects that do not fit the type.</param>
/// <param name="Meta">The version of the list, and where the next page begins.</param>
internal sealed record ListPage<TEntity>(List<TEntity> Items, List<UnreadableObject> Unreadable, V1ListMeta Meta)
    where TEntity : class, IKubernetesObject;

/// <summary>Reads a page of a list from its stream: each object is decoded and reduced before the next one is read, so
/// that neither the page nor its objects are in memory as a whole. For one page.</summary>
/// <typeparam name="TEntity">The kind.</typeparam>
/// <param name="request">The request, for errors.</param>
/// <param name="json">How objects are read.</param>
/// <param name="options">What is kept of each object.</param>
/// <param name="limit">Maximum length of the page in bytes.</param>
internal sealed class ListPageReader<TEntity>(
    KubernetesRequest request, EntityJson json, ListOptions options, int limit)
    where TEntity : class, IKubernetesObject
{
    private const int FirstBuffer = 64 * 1024;
    private readonly List<TEntity> _items = [];
    private readonly List<UnreadableObject> _unreadable = [];
    private V1ListMeta _meta = new();
    private Position _position = Position.Fields;
    private JsonReaderState _state;

    /// <summary>What the next token of the JSON belongs to.</summary>
    private enum Position
    {
        Fields,

        Metadata,

        BeforeItems,

        Items,

        Other,
    }

    /// <summary>Reads the page.</summary>
    /// <exception cref="KubernetesTooLargeException">The page has more bytes than the limit.</exception>
    /// <exception cref="KubernetesUnreadableObjectException">The answer is not JSON, or an object does not fit the type
    /// and that is not tolerated.</exception>
    public async Task<ListPage<TEntity>> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        try
        {
            var (filled, total, isLast) = (0, 0L, false);
            while (!isLast)
            {
                if (filled == buffer.Length)
                {
                    buffer = Grow(buffer);
                }

                var free = buffer.AsMemory(filled);
                var read = await stream.ReadAtLeastAsync(free, free.Length, false, cancellationToken);
                isLast = read < free.Length;
                total += read;
                if (total > limit)
                {
                    throw new KubernetesTooLargeException(request, "the answer", limit);
                }

                filled += read;
                var used = Take(buffer.AsSpan(0, filled), isLast);
                buffer.AsSpan(used, filled - used).CopyTo(buffer);
                filled -= used;
            }

            return new ListPage<TEntity>(_items, _unreadable, _meta);
        }
        catch (JsonException)
        {
            throw new KubernetesUnreadableObjectException(
                request, new UnreadableObject(request.Namespace, request.Name ?? "", "", "the answer is not JSON"));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static byte[] Grow(byte[] buffer)
    {
        var larger = ArrayPool<byte>.Shared.Rent(buffer.Length * 2);
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }

    // Returns how many bytes were used. A value that is not complete yet stays in the buffer.
    private int Take(ReadOnlySpan<byte> bytes, bool isLast)
    {
        var reader = new Utf8JsonReader(bytes, isLast, _state);
        var (used, state) = (0, _state);
        while (TryStep(ref reader, bytes))
        {
            (used, state) = ((int)reader.BytesConsumed, reader.CurrentState);
        }

        _state = state;
        return used;
    }

    // One token of the list, or one whole value in it; false if more bytes are needed, or at the end.
    private bool TryStep(ref Utf8JsonReader reader, ReadOnlySpan<byte> bytes)
    {
        if (!reader.Read())
        {
            return false;
        }

        var from = (int)reader.TokenStartIndex;
        switch (_position)
        {
            case Position.Fields:
                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    _position = reader.ValueTextEquals("items"u8) ? Position.BeforeItems
                        : reader.ValueTextEquals("metadata"u8) ? Position.Metadata
                        : Position.Other;
                }
                else if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.EndObject))
                {
                    throw new JsonException();
                }

                return true;
            case Position.BeforeItems when reader.TokenType == JsonTokenType.StartArray:
                _position = Position.Items;
                return true;
            case Position.Items when reader.TokenType == JsonTokenType.EndArray:
                _position = Position.Fields;
                return true;
            default:
                if (!reader.TrySkip())
                {
                    return false;
                }

                TakeValue(bytes[from..(int)reader.BytesConsumed]);
                return true;
        }
    }

    private void TakeValue(ReadOnlySpan<byte> value)
    {
        if (_position == Position.Items)
        {
            TakeItem(value);
            return;
        }

        if (_position == Position.Metadata)
        {
            _meta = JsonSerializer.Deserialize(value, json.Options.TypeInfo<V1ListMeta>()) ?? _meta;
        }

        _position = Position.Fields;
    }

    private void TakeItem(ReadOnlySpan<byte> value)
    {
        var (entity, unreadable) = json.TryRead<TEntity>(value);
        if (entity is not null)
        {
            if (options.Kept(entity) is { } kept)
            {
                _items.Add(kept);
            }
        }
        else if (options.TolerateUnreadable)
        {
            _unreadable.Add(unreadable!);
        }
        else
        {
            throw new KubernetesUnreadableObjectException(request, unreadable!);
        }
    }
}
