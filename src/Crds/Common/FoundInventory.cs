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

    /// <summary>The latest version that wrote it; null if it was not stored, or does not say.</summary>
    [JsonIgnore]
    public Version? WrittenBy { get; init; }
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
        Version? writer = null;
        try
        {
            var packed = PackedText.Unpack(stored.GetString() ?? "");
            writer = PackedText.WriterOf(packed);
            if (writer is not null && packed.GetPropertyCount() == 2 && packed.TryGetProperty("found", out var found))
            {
                return PackedText.Read(found, Whole) with { WrittenBy = writer };
            }
        }
        catch (Exception exception) when (PackedText.IsUnreadable(exception))
        {
            // Where the JSON is wrong helps no administrator; StatusForm names the version that wrote it.
        }

        return new T { Unreadable = stored, WrittenBy = writer };
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        if (value.Unreadable is { } stored)
        {
            stored.WriteTo(writer);
            return;
        }

        writer.WriteStringValue(PackedText.Pack(to =>
        {
            using var json = new Utf8JsonWriter(to);
            json.WriteStartObject();
            json.WriteString("operator", PackedText.Writer(value.WrittenBy));
            json.WritePropertyName("found");
            JsonSerializer.Serialize(json, value, Whole);
            json.WriteEndObject();
        }));
    }
}
