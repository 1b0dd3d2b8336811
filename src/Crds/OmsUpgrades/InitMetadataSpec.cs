using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>How the initialisation of the metadata is judged.</summary>
public sealed record InitMetadataSpec
{
    /// <summary>
    /// The end of the line that a successful docker_init.sh prints last, without a full stop behind it. Set it only if
    /// your image prints another line than the version data say.
    /// </summary>
    [Length(SchemaLimits.Name, Minimum = 4)]
    [Pattern(@"^\S(.*\S)?$")]
    public string? SuccessMarker { get; init; }
}
