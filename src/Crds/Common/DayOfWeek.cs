using System.Text.Json.Serialization;

namespace Drydock.Crds.Common;

/// <summary>Days of a maintenance window.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DayOfWeek>))]
public enum DayOfWeek
{
    /// <summary>Monday.</summary>
    Mon,

    /// <summary>Tuesday.</summary>
    Tue,

    /// <summary>Wednesday.</summary>
    Wed,

    /// <summary>Thursday.</summary>
    Thu,

    /// <summary>Friday.</summary>
    Fri,

    /// <summary>Saturday.</summary>
    Sat,

    /// <summary>Sunday.</summary>
    Sun,
}
