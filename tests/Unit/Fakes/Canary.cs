namespace Drydock.Tests.Unit.Fakes;

/// <summary>Values that must appear nowhere but where they belong.</summary>
internal static class Canary
{
    public const string MetaPassword = "canary-meta-p@ss'word";
    public const string SecretPassword = "canary-secret-p@ss";
    public const string DrcPassword = "canary-drc";
    public const string TsdbPassword = "canary-tsdb";
    public const string SlsKey = "canary-sls-key";
    public const string SlsSecret = "canary-sls-secret";
    public const string Environment = "canary-env-token";
    public const string PlainEnvironment = "canary-plain-env";
    public const string ApiPassword = "canary-api-p@ss";
    public const string TlsKey = "canary-tls-key";

    public static IReadOnlyList<string> All { get; } =
        [
            MetaPassword, SecretPassword, DrcPassword, TsdbPassword, SlsKey, SlsSecret, Environment, PlainEnvironment,
            ApiPassword, TlsKey
        ];
}
