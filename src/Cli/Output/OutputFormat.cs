using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using Drydock.Cli.CommandLine;

namespace Drydock.Cli.Output;

/// <summary>The formats of <c>-o</c>.</summary>
internal enum OutputFormat
{
    /// <summary>For people.</summary>
    Text,

    /// <summary>For people, with everything.</summary>
    Wide,

    Json,

    Yaml,

    /// <summary>KIND.GROUP/NAME.</summary>
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

    /// <summary>The option, with all formats.</summary>
    public static Option<OutputFormat> Option() => Option(All);

    /// <summary>The option of a verb that prints text or data.</summary>
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

    /// <summary>Prints a value as JSON or YAML.</summary>
    public static void Print<T>(Surroundings surroundings, OutputFormat format, T value, JsonTypeInfo<T> type)
    {
        var node = JsonSerializer.SerializeToNode(value, type);
        surroundings.Output.WriteLine(format == OutputFormat.Yaml
            ? Yaml.Write(node).TrimEnd('\n')
            : node?.ToJsonString(new JsonSerializerOptions { WriteIndented = true }) ?? "null");
    }
}
