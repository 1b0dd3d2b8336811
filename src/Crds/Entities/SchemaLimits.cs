namespace Drydock.Crds.Entities;

/// <summary>Bounds of the schemas. A status write beyond them is refused by the server, so code that writes status
/// clips with <see cref="Clip"/>.</summary>
public static class SchemaLimits
{
    // From here on a cut text says how much is missing; names and tokens end in an ellipsis alone.
    private const int SaysWhatIsCut = 512;
    private const int LongestMark = 32;

    /// <summary>Names of nodes, regions, phases, short tokens.</summary>
    public const int ShortName = 63;

    /// <summary>Names of Kubernetes objects, hosts, containers, steps.</summary>
    public const int Name = 253;

    /// <summary>Image references, URLs, sentences of a plan.</summary>
    public const int Reference = 1024;

    /// <summary>File system paths.</summary>
    public const int Path = 1024;

    /// <summary>Messages for people.</summary>
    public const int Message = 8192;

    /// <summary>Opaque texts: receipts, plan parameters, a recorded ha.config.</summary>
    public const int Opaque = 32768;

    /// <summary>A part of a plan, packed: what etcd takes.</summary>
    public const int Packed = 1024 * 1024;

    /// <summary>Duration texts.</summary>
    public const int Duration = 40;

    /// <summary>Regions of an installation.</summary>
    public const int Regions = 8;

    /// <summary>Nodes of a region.</summary>
    public const int Nodes = 32;

    /// <summary>Databases of a snapshot.</summary>
    public const int Databases = 64;

    /// <summary>Nodes of all regions together: the plan there, the plan back and their story must fit one object (etcd
    /// takes 1.5 MiB).</summary>
    public const int AllNodes = 32;

    /// <summary>Processes of a database: three steps each must fit one plan.</summary>
    public const int Instances = 300;

    /// <summary>Entries of a receipt, and of what a step found out: one for each process.</summary>
    public const int Recorded = Instances;

    /// <summary>Instances that are skipped, or that joined, while an upgrade runs.</summary>
    public const int ChangedInstances = 32;

    /// <summary>Entries of monitoring: two exporters each on more than a hundred hosts, where they are listed one by
    /// one.</summary>
    public const int Services = 256;

    /// <summary>Most characters of what steps are named after, with the phase before it and more behind.</summary>
    public const int StepName = 200;

    /// <summary>Most steps that instances, groups, services and hosts of a database may make together: what else a plan
    /// has fits beside them.</summary>
    public const int StepsOfParts = 910;

    /// <summary>Steps of a plan.</summary>
    public const int Steps = 1000;

    /// <summary>Steps that a status lists a line each.</summary>
    public const int Lines = 100;

    /// <summary>Findings of one preflight pass.</summary>
    public const int Findings = 200;

    /// <summary>Renamed projects listed by name.</summary>
    public const int Projects = 100;

    /// <summary>Attempts, used tokens and approvals kept; the oldest go.</summary>
    public const int History = 20;

    /// <summary>A text as a status takes it: control characters that a terminal would obey are dropped, and what is
    /// longer than the schema takes is cut, with the number of characters that are missing where there is room to say
    /// it. The one function for every text in a status.</summary>
    public static string Clip(string text, int maximum = Message) => Cut(ForeignText.Plain(text), maximum);

    /// <summary>As <see cref="Clip"/>, for texts that are read back by machines: no character is dropped.</summary>
    public static string Cut(string text, int maximum)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= maximum)
        {
            return text;
        }

        var end = End(text, maximum - (maximum < SaysWhatIsCut ? 1 : LongestMark));
        return string.Concat(
            text.AsSpan(0, end), maximum < SaysWhatIsCut ? "…" : $"… ({text.Length - end} more characters)");
    }

    // Never half a surrogate pair.
    private static int End(string text, int end) => end > 0 && char.IsHighSurrogate(text[end - 1]) ? end - 1 : end;
}
