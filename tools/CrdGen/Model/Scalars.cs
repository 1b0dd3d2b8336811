namespace Drydock.CrdGen.Model;

/// <summary>Schemas of values that are no objects.</summary>
internal static class Scalars
{
    public static SchemaNode? TryRead(Type type, SchemaNode bounds)
    {
        if (type.IsEnum)
        {
            return new SchemaNode { Type = "string", Enum = System.Enum.GetNames(type) };
        }

        if (type == typeof(string))
        {
            return new SchemaNode { Type = "string", Pattern = bounds.Pattern, MinLength = bounds.MinLength, MaxLength = bounds.MaxLength };
        }

        if (type == typeof(bool))
        {
            return new SchemaNode { Type = "boolean" };
        }

        if (type == typeof(DateTimeOffset))
        {
            return new SchemaNode { Type = "string", Format = "date-time" };
        }

        if (type == typeof(int) || type == typeof(long))
        {
            return new SchemaNode
            {
                Type = "integer",
                Format = type == typeof(int) ? "int32" : "int64",
                Minimum = bounds.Minimum,
                // The greatest value of the type is no bound worth writing.
                Maximum = bounds.Maximum is long maximum && maximum < int.MaxValue ? maximum : null,
            };
        }

        return null;
    }
}
