using System.Text.Json.Serialization;

namespace Drydock.Clients.Docker;

/// <summary>How to load.</summary>
public sealed record ImageLoadParameters
{
    /// <summary>No progress lines while layers are unpacked.</summary>
    public bool Quiet { get; init; }

    /// <summary>Told the bytes sent so far as the upload goes on.</summary>
    [JsonIgnore]
    public IProgress<long>? BytesSent { get; init; }
}
