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
    /// <summary>The option.</summary>
    public static Option<OutputFormat> Option()
    {
        var option = new Option<OutputFormat>("--output", "-o")
        {
            Description = "json, yaml, wide or name. Without it text for people.",
            CustomParser = static result => result.Tokens[0].Value switch
            {
                "json" => OutputFormat.Json,
                "yaml" => OutputFormat.Yaml,
                "wide" => OutputFormat.Wide,
                "name" => OutputFormat.Name,
                _ => Unknown(result),
            },
        };
        option.CompletionSources.Add("json", "yaml", "wide", "name");
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

    private static OutputFormat Unknown(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"-o is '{result.Tokens[0].Value}'; expected json, yaml, wide or name.");
        return OutputFormat.Text;
    }
}
