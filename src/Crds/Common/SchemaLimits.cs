namespace Drydock.Crds.Common;

/// <summary>
/// Bounds of the schemas. A status write beyond them is refused by the server, so whoever writes status clips with <see cref="Clip"/>.
/// </summary>
public static class SchemaLimits
{
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

    /// <summary>Duration texts.</summary>
    public const int Duration = 40;

    /// <summary>Regions of an installation.</summary>
    public const int Regions = 8;

    /// <summary>Nodes of a region.</summary>
    public const int Nodes = 32;

    /// <summary>Databases of a snapshot.</summary>
    public const int Databases = 64;

    /// <summary>Nodes of all regions together: the plan there, the plan back and their story must fit one object (etcd takes 1.5 MiB).</summary>
    public const int AllNodes = 32;

    /// <summary>Processes of a database: three steps each must fit one plan.</summary>
    public const int Instances = 300;

    /// <summary>Most characters of what steps are named after, with the phase before it and more behind.</summary>
    public const int StepName = 200;

    /// <summary>Most steps that instances, groups, services and hosts of a database may make together: what else a plan has fits beside them.</summary>
    public const int StepsOfParts = 910;

    /// <summary>Steps of a plan.</summary>
    public const int Steps = 1000;

    /// <summary>Findings of one preflight pass.</summary>
    public const int Findings = 200;

    /// <summary>Projects listed by name; the counts beside the list are complete.</summary>
    public const int Projects = 500;

    /// <summary>Attempts, used tokens and approvals kept; the oldest go.</summary>
    public const int History = 20;

    /// <summary>Cuts a text to what the schema takes; what was cut ends in an ellipsis.</summary>
    public static string Clip(string text, int maximum = Message)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= maximum)
        {
            return text;
        }

        // Never half a surrogate pair.
        var end = char.IsHighSurrogate(text[maximum - 2]) ? maximum - 2 : maximum - 1;
        return string.Concat(text.AsSpan(0, end), "…");
    }
}
