namespace Drydock.Cli.Output;

/// <summary>The formats of <c>-o</c>.</summary>
internal enum OutputFormat
{
    Text,

    Wide,

    Json,

    Yaml,

    Name,
}

/// <summary>The option <c>-o</c>, and printing for programs.</summary>
internal static class OutputFormats
{
    private static readonly (string Name, OutputFormat Format)[] All =
    [
        ("json", OutputFormat.Json),
        ("yaml", OutputFormat.Yaml),
        ("wide", OutputFormat.Wide),
        ("name", OutputFormat.Name),
    ];

    public static Option<OutputFormat> Option() => Option(All);

    public static Option<OutputFormat> DataOption() => Option(All[..2]);

    private static Option<OutputFormat> Option((string Name, OutputFormat Format)[] formats)
    {
        var names = string.Join(", ", formats.SkipLast(1).Select(f => f.Name)) + $" or {formats[^1].Name}";
        var option = new Option<OutputFormat>("--output", "-o")
        {
            Description = $"{names}. Without it text for people.",
            HelpName = "format",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (!formats.Any(f => f.Name == text))
                {
                    result.AddError($"-o is '{text}'; expected {names}.");
                }

                return formats.FirstOrDefault(f => f.Name == text).Format;
            },
        };
        // Without this the names of the enumeration would be offered, too.
        option.CompletionSources.Clear();
        option.CompletionSources.Add([.. formats.Select(f => f.Name)]);
        return option;
    }

    /// <summary>Prints for programs; false if the format is one for people.</summary>
    public static bool Print<T>(Surroundings surroundings, OutputFormat format, T value, JsonTypeInfo<T> type) =>
        Print(surroundings, format, JsonSerializer.SerializeToNode(value, type));

    /// <inheritdoc cref="Print{T}"/>
    public static bool Print(Surroundings surroundings, OutputFormat format, JsonNode? node)
    {
        if (format is not (OutputFormat.Json or OutputFormat.Yaml))
        {
            return false;
        }

        surroundings.Output.WriteLine(format == OutputFormat.Yaml
            ? Yaml.Write(node).TrimEnd('\n')
            : node?.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) ?? "null");
        return true;
    }
}
