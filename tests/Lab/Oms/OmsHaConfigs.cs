namespace Drydock.Lab.Oms;

/// <summary>Values of ha.config in real OMS installations.</summary>
public static class OmsHaConfigs
{
    /// <summary>All keys, HA on, with one undocumented key and an integer that a double cannot represent.</summary>
    public const string Enabled = """
        {"enable":true,"enableHost":false,"enableStore":true,"perceiveStoreClientCheckpoint":false,"enableConnector":true,"enableJdbcWriter":true,"subtopicStoreNumberThreshold":5,"checkRequestIntervalSec":600,"checkJdbcWriterIntervalSec":600,"checkHostDownIntervalSec":540,"checkModuleExceptionIntervalSec":240,"clearAbnormalResourceHours":72,"refetchStoreIntervalMin":30,"x-site":{"ticket":9007199254740993}}
        """;

    /// <summary>All keys, HA off.</summary>
    public static string Disabled { get; } = Enabled.Replace(
        "\"enable\":true", "\"enable\":false", StringComparison.Ordinal);

    /// <summary>The default row of the system-parameters page, without three of the keys, HA on.</summary>
    public const string Partial = """
        {"enable":true,"enableHost":false,"enableStore":true,"enableConnector":true,"enableJdbcWriter":true,"subtopicStoreNumberThreshold":5,"checkRequestIntervalSec":600,"checkHostDownIntervalSec":540,"checkModuleExceptionIntervalSec":240,"clearAbnormalResourceHours":72}
        """;

    /// <summary>
    /// The combination that must be corrected after the upgrade: enableConnector off, enableJdbcWriter on.
    /// </summary>
    public static string WriterOnly { get; } = Enabled.Replace(
        "\"enableConnector\":true", "\"enableConnector\":false", StringComparison.Ordinal);
}
