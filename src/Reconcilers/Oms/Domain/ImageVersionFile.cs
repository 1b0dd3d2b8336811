using System.Text.Json;

namespace Drydock.Reconcilers.Oms;

/// <summary>
/// supervisor.json of a container, whose <c>imageVersion</c> "records the image version"; how it is filled is not
/// documented (docs/research/oms.md#programs).
/// </summary>
internal static class ImageVersionFile
{
    /// <summary>Where the file is in a container.</summary>
    public const string Path = "/home/ds/supervisor/config/supervisor.json";

    /// <summary>Most bytes that are read of it.</summary>
    public const int Longest = 1024 * 1024;

    /// <summary>The version in the file; null if there is no file or it names none.</summary>
    public static OmsVersion? Read(byte[]? json)
    {
        if (json is null)
        {
            return null;
        }

        try
        {
            var text = JsonSerializer.Deserialize(json, OmsFilesJson.Default.SupervisorFile)?.ImageVersion;
            return OmsVersion.TryParse(
                text?.Replace("feature_", "", StringComparison.OrdinalIgnoreCase), out var version)
                ? version
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
