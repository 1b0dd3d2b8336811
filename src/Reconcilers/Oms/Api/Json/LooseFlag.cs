namespace Drydock.Reconcilers.Oms;

/// <summary>A boolean that some versions write as a string or a number; anything else reads as null.</summary>
internal sealed class LooseFlag : JsonConverter<bool?>
{
    public override bool HandleNull => true;

    public override bool? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            case JsonTokenType.String:
                return reader.GetString()?.Trim()
                    .ToUpperInvariant() switch
                { "TRUE" or "1" => true, "FALSE" or "0" => false, _ => null };
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var number) ? number switch { 1 => true, 0 => false, _ => null } : null;
            default:
                reader.Skip();
                return null;
        }
    }

    public override void Write(Utf8JsonWriter writer, bool? value, JsonSerializerOptions options)
    {
        if (value is { } flag)
        {
            writer.WriteBooleanValue(flag);
        }
        else
        {
            writer.WriteNullValue();
        }
    }
}
