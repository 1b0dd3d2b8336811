using System.Text.Json.Serialization;

namespace Drydock.Crds.OmsUpgrades;

/// <summary>Who changes ha.config.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<HighAvailabilityMethod>))]
public enum HighAvailabilityMethod
{
    /// <summary>The operator, by SQL. Not documented by the vendor; the plan says so.</summary>
    Sql,

    /// <summary>A person, in the console; the run waits.</summary>
    Manual,
}
