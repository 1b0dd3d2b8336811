using Drydock.Abstractions.Entities;
using Drydock.Crds.Common;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>Certificate and key with which the console serves HTTPS only; mounted where OMS expects them.</summary>
public sealed record HttpsSpec
{
    /// <summary>Path of the certificate on every host.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern("^/[^:\\s]+$")]
    public string CertificateHostPath { get; init => field = value ?? ""; } = "";

    /// <summary>Path of the key on every host.</summary>
    [Required]
    [Length(SchemaLimits.Path, Minimum = 2)]
    [Pattern("^/[^:\\s]+$")]
    public string KeyHostPath { get; init => field = value ?? ""; } = "";
}
