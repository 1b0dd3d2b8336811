using System.Text.Json;

namespace Drydock.Tests.Integration.Install;

/// <summary>
/// The Dockerfile of the repository, read as far as it goes: what a builder does with it is done by
/// <see cref="OperatorImage"/>.
/// </summary>
internal sealed class Dockerfile
{
    private static readonly string[] Known = ["FROM", "RUN", "COPY", "ENV", "EXPOSE", "USER", "WORKDIR", "ENTRYPOINT"];
    private readonly IReadOnlyList<(string Name, string Text)> _instructions;

    private Dockerfile(IReadOnlyList<(string Name, string Text)> instructions) => _instructions = instructions;

    /// <summary>The image it begins with.</summary>
    public string From =>
        _instructions[0] is { Name: "FROM", Text: var text } ? text : throw new InvalidDataException("The Dockerfile does not begin with FROM.");

    /// <summary>What RUN carries out, in order.</summary>
    public IEnumerable<string> Run => Of("RUN");

    /// <summary>Source below the context and destination of every COPY.</summary>
    public IEnumerable<(string Source, string Destination)> Copy => Of("COPY").Select(text => text.Split(' ') is [var source, var destination]
        ? (source, destination)
        : throw new InvalidDataException($"COPY {text}: expected one source and one destination."));

    /// <summary>What goes into the image's configuration, as <c>docker import --change</c> takes it.</summary>
    public IEnumerable<string> Configuration =>
        _instructions.Where(i => i.Name is "ENV" or "EXPOSE" or "USER" or "WORKDIR" or "ENTRYPOINT").Select(i => $"{i.Name} {i.Text}");

    /// <summary>The program that runs.</summary>
    public string Program => JsonSerializer.Deserialize<string[]>(Of("ENTRYPOINT").Single())![0];

    /// <summary>Reads it.</summary>
    /// <exception cref="InvalidDataException">It holds an instruction that the test cannot follow.</exception>
    public static Dockerfile Read(string path)
    {
        var instructions = new List<(string, string)>();
        var open = "";
        foreach (var line in File.ReadAllLines(path).Where(l => !l.StartsWith('#') && l.Trim().Length > 0))
        {
            if (line.EndsWith('\\'))
            {
                open += line[..^1];
                continue;
            }

            open += line;

            var (name, text) = open.Trim().Split(' ', 2) is [var first, var rest] ? (first, rest) : (open, "");
            instructions.Add(Known.Contains(name) ? (name, text) : throw new InvalidDataException($"{path}: instruction {name} is not known here; expected one of {string.Join(", ", Known)}."));
            open = "";
        }

        return new Dockerfile(instructions);
    }

    private IEnumerable<string> Of(string name) => _instructions.Where(i => i.Name == name).Select(i => i.Text);
}
