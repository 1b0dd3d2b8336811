namespace Drydock.Crds.Common;

/// <summary>A system as preflight found it. In status it is packed: JSON, compressed (gzip, base64).</summary>
public abstract record FoundInventory
{
    /// <summary>The version before the upgrade: spec.fromVersion, otherwise as the system reports it.</summary>
    public string? FromVersion { get; init; }

    /// <summary>The storage root of the operator where the backup goes; absent if the spec names a storage, or no
    /// backup is taken.</summary>
    public string? StorageDirectory { get; init; }

    /// <summary>As it is stored, if this operator cannot read it: nothing is known of it.</summary>
    [JsonIgnore]
    public JsonElement? Unreadable { get; init; }
}

/// <summary>Maps what was found to its form in status and back. What cannot be read is
/// <see cref="FoundInventory.Unreadable"/> and is written back as it was.</summary>
public sealed class PackedInventory<T> : JsonConverter<T>
    where T : FoundInventory, new()
{
    // A field that this operator does not know would be lost when it is written again.
    private static readonly JsonTypeInfo<T> Whole = (JsonTypeInfo<T>)new JsonSerializerOptions(
        CrdsJsonContext.Default.Options)
    {
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    }.GetTypeInfo(typeof(T));

    public override T? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        var stored = JsonElement.ParseValue(ref reader);
        try
        {
            return JsonSerializer.Deserialize(
                PackedText.Unpack(stored.GetString() ?? "").Span, Whole) ?? throw new JsonException();
        }
        catch (Exception exception) when (exception
            is FormatException or JsonException or InvalidDataException or InvalidOperationException)
        {
            // Where the JSON is wrong helps no administrator; StatusForm says what to do.
            return new T { Unreadable = stored };
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (value.Unreadable is { } stored)
        {
            stored.WriteTo(writer);
            return;
        }

        writer.WriteStringValue(PackedText.Pack(to => JsonSerializer.Serialize(to, value, Whole)));
    }
}
