namespace Drydock.Reconcilers.Oms;

/// <summary>supervisor.json of a container, whose <c>imageVersion</c> "records the image version"; how it is filled is
/// not documented (docs/research/oms.md#programs).</summary>
internal static class ImageVersionFile
{
    public const string Path = "/home/ds/supervisor/config/supervisor.json";

    public const int Longest = 1024 * 1024;

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
