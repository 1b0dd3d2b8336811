global using System.Collections.Concurrent;
global using System.Collections.Immutable;
global using System.Collections.ObjectModel;
global using System.Globalization;
global using Drydock.Crds.Entities;
global using Drydock.Crds.Plans;
global using Drydock.Crds.Values;
